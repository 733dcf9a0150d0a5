from odoo import api, models
from odoo.tools import SQL

from .dispute_signal import LIVE_STATES


class DisputeTimeline(models.Model):
    """What the timeline is made of, one query for each kind of record."""

    # one file a concern
    _inherit = "dispute.timeline"
    _depends = {
        "dispute.agreement.link": ["ticket_id", "case_id", "state", "clause_number"],
        "dispute.case": [
            "opened_at",
            "title",
            "outcome",
            "outcome_note",
            "merged_into_id",
            "split_from_id",
        ],
        "dispute.dossier": ["case_id", "state", "ready_at", "cut", "user_id"],
        "dispute.effort": [],
        "dispute.handoff": ["case_id", "role", "sent_at", "acknowledged_at"],
        "dispute.hold": ["case_id", "state", "reason", "placed_at", "released_at"],
        "dispute.inbound": ["ticket_id", "subject", "author_name", "received_at"],
        "dispute.outbound": ["ticket_id", "message_id", "subject", "sent_at", "state"],
        "dispute.policy.firing": ["ticket_id", "effect", "rule_name", "mode"],
        "dispute.signal": ["ticket_id", "state", "quote", "note", "occurred_at"],
    }

    @api.model
    def _get_parts(self):
        return super()._get_parts() | self._get_timeline_parts()

    @api.model
    def _get_timeline_parts(self):
        """Hook: the parts of the timeline, see ``dispute.event._get_parts``.

        An addon or another file adds its own, or replaces one by its name, and names
        what its query reads in ``_depends``.
        """
        return {
            "received": self._get_received_sql(),
            "sent": self._get_sent_sql(),
            "answer": self._get_unsent_answers_sql(),
            "signal": self._get_signals_sql(),
            "call": self.env["dispute.effort"]._get_calls_sql(),
            "effort": self._get_efforts_sql(),
            "agreement": self._get_agreements_sql(),
            "firing": self._get_firings_sql(),
            "hold": self._get_holds_sql(),
            "hold_end": self._get_hold_ends_sql(),
            "handoff": self._get_handoffs_sql(),
            "case": self._get_cases_sql(),
            "merge": self._get_merges_sql(),
            "split": self._get_splits_sql(),
            "outcome": self._get_outcomes_sql(),
            "dossier": self._get_dossiers_sql(),
        }

    @api.model
    def _get_received_sql(self):
        return SQL(
            """
            SELECT inbound.id, ticket.dispute_case_id AS case_id,
                ticket.id AS ticket_id, inbound.received_at AS occurred_at,
                'received' AS kind,
                COALESCE(inbound.author_name, inbound.author_email) AS who,
                inbound.subject AS words,
                'dispute.inbound' AS res_model, inbound.id AS res_id
            FROM helpdesk_ticket ticket
            JOIN dispute_inbound inbound ON inbound.ticket_id = ticket.id
            WHERE ticket.dispute_case_id IS NOT NULL AND inbound.part IS NULL
            """
        )

    @api.model
    def _get_sent_sql(self):
        """A mail to several people is one event."""
        return SQL(
            """
            SELECT outbound.id, ticket.dispute_case_id AS case_id,
                ticket.id AS ticket_id, outbound.sent_at AS occurred_at,
                'sent' AS kind, outbound.author AS who, outbound.subject AS words,
                'dispute.outbound' AS res_model, outbound.id AS res_id
            FROM helpdesk_ticket ticket
            JOIN dispute_outbound outbound ON outbound.ticket_id = ticket.id
            WHERE ticket.dispute_case_id IS NOT NULL AND outbound.state != 'failed'
                AND NOT EXISTS (
                    SELECT FROM dispute_outbound earlier
                    WHERE earlier.message_id = outbound.message_id
                        AND earlier.id < outbound.id AND earlier.state != 'failed'
                )
            """
        )

    @api.model
    def _get_unsent_answers_sql(self):
        """Answers that left by no mail: the customer read them in the portal."""
        return SQL(
            """
            SELECT id, case_id, ticket_id, occurred_at, 'sent' AS kind, who, words,
                res_model, res_id
            FROM (%s) answer
            WHERE NOT EXISTS (
                SELECT FROM dispute_outbound WHERE message_id = answer.id
            )
            """,
            self.env["dispute.effort"]._get_answers_sql(),
        )

    @api.model
    def _get_signals_sql(self):
        return SQL(
            """
            SELECT signal.id, ticket.dispute_case_id AS case_id,
                ticket.id AS ticket_id, signal.occurred_at, 'signal' AS kind,
                inbound.author_name AS who,
                COALESCE(signal.quote, signal.note) AS words,
                'dispute.signal' AS res_model, signal.id AS res_id
            FROM helpdesk_ticket ticket
            JOIN dispute_signal signal ON signal.ticket_id = ticket.id
            LEFT JOIN dispute_inbound inbound ON inbound.id = signal.inbound_id
            WHERE ticket.dispute_case_id IS NOT NULL AND signal.state IN %s
            """,
            LIVE_STATES,
        )

    @api.model
    def _get_efforts_sql(self):
        return SQL(
            """
            SELECT id, case_id, ticket_id, occurred_at, 'effort' AS kind, author AS who,
                concat(%s, ': ', words) AS words,
                'dispute.effort.entry' AS res_model, id AS res_id
            FROM dispute_effort_entry
            """,
            self._get_label(SQL("kind"), "dispute.effort.entry", "kind"),
        )

    @api.model
    def _get_agreements_sql(self):
        """When and by whom they were linked; the evidence of it says so."""
        return SQL(
            """
            SELECT link.id, ticket.dispute_case_id AS case_id, ticket.id AS ticket_id,
                COALESCE(linked.occurred_at, link.create_date) AS occurred_at,
                'agreement' AS kind, linked.author AS who,
                concat_ws(' ', agreement.code, agreement.name, link.clause_number,
                    link.clause_text) AS words,
                'dispute.agreement.link' AS res_model, link.id AS res_id
            FROM helpdesk_ticket ticket
            JOIN dispute_agreement_link link ON link.ticket_id = ticket.id
            JOIN agreement ON agreement.id = link.agreement_id
            LEFT JOIN LATERAL (
                SELECT evidence.occurred_at, evidence.author
                FROM dispute_evidence evidence
                WHERE evidence.ticket_model = 'helpdesk.ticket'
                    AND evidence.ticket_id = ticket.id AND evidence.kind = 'agreement'
                    AND evidence.content
                        = COALESCE(NULLIF(link.clause_text, ''), agreement.name)
                ORDER BY evidence.id DESC LIMIT 1
            ) linked ON TRUE
            WHERE ticket.dispute_case_id IS NOT NULL AND link.state = 'linked'
            """
        )

    @api.model
    def _get_firings_sql(self):
        """A row's date of creation is the beginning of its transaction."""
        return SQL(
            """
            SELECT firing.id, ticket.dispute_case_id AS case_id,
                ticket.id AS ticket_id,
                GREATEST(firing.create_date, signal.occurred_at) AS occurred_at,
                'policy' AS kind, %s AS who,
                concat_ws(': ', firing.rule_name, firing.effect) AS words,
                'dispute.policy.firing' AS res_model, firing.id AS res_id
            FROM helpdesk_ticket ticket
            JOIN dispute_policy_firing firing ON firing.ticket_id = ticket.id
            LEFT JOIN dispute_signal signal ON signal.id = firing.signal_id
            WHERE ticket.dispute_case_id IS NOT NULL AND firing.mode = 'live'
            """,
            self.env._("Policy"),
        )

    @api.model
    def _get_holds_sql(self):
        return SQL(
            """
            SELECT id, case_id, NULL::integer AS ticket_id, placed_at AS occurred_at,
                'hold' AS kind, COALESCE(placed_by, %s) AS who,
                concat(%s::text, ' ', reason) AS words,
                'dispute.hold' AS res_model, id AS res_id
            FROM dispute_hold
            """,
            self.env._("Policy"),
            self.env._("Placed:"),
        )

    @api.model
    def _get_hold_ends_sql(self):
        return SQL(
            """
            SELECT hold.id, hold.case_id, NULL::integer AS ticket_id,
                hold.released_at AS occurred_at, 'hold' AS kind, partner.name AS who,
                concat(%s::text, ' ', hold.release_reason) AS words,
                'dispute.hold' AS res_model, hold.id AS res_id
            FROM dispute_hold hold
            LEFT JOIN res_users ON res_users.id = hold.released_by_id
            LEFT JOIN res_partner partner ON partner.id = res_users.partner_id
            WHERE hold.state = 'released'
            """,
            self.env._("Released:"),
        )

    @api.model
    def _get_handoffs_sql(self):
        return SQL(
            """
            SELECT handoff.id, handoff.case_id, NULL::integer AS ticket_id,
                handoff.sent_at AS occurred_at, 'handoff' AS kind, partner.name AS who,
                concat(%s::text, ' ', %s) AS words,
                'dispute.handoff' AS res_model, handoff.id AS res_id
            FROM dispute_handoff handoff
            LEFT JOIN dispute_professional professional
                ON professional.id = handoff.professional_id
            LEFT JOIN res_partner partner ON partner.id = professional.partner_id
            WHERE handoff.sent_at IS NOT NULL
            """,
            self.env._("Sent:"),
            self._get_label(SQL("handoff.role"), "dispute.handoff", "role"),
        )

    @api.model
    def _get_dossiers_sql(self):
        return SQL(
            """
            SELECT dossier.id, dossier.case_id, NULL::integer AS ticket_id,
                dossier.ready_at AS occurred_at, 'dossier' AS kind,
                partner.name AS who, %s AS words,
                'dispute.dossier' AS res_model, dossier.id AS res_id
            FROM dispute_dossier dossier
            LEFT JOIN res_users ON res_users.id = dossier.user_id
            LEFT JOIN res_partner partner ON partner.id = res_users.partner_id
            WHERE dossier.ready_at IS NOT NULL AND %s
            """,
            self._get_label(SQL("dossier.cut"), "dispute.dossier", "cut"),
            self.env["dispute.dossier"].has_access("read"),
        )

    @api.model
    def _get_cases_sql(self):
        return SQL(
            """
            SELECT id, id AS case_id, NULL::integer AS ticket_id,
                opened_at AS occurred_at, 'case' AS kind, NULL AS who,
                concat(%s::text, ' ', title) AS words,
                'dispute.case' AS res_model, id AS res_id
            FROM dispute_case
            """,
            self.env._("Opened:"),
        )

    @api.model
    def _get_merges_sql(self):
        return SQL(
            """
            SELECT id, merged_into_id AS case_id, NULL::integer AS ticket_id,
                merged_at AS occurred_at, 'case' AS kind, merged_by AS who,
                concat(%s::text, ' ', name, ' ', title, '. ', merge_reason) AS words,
                'dispute.case' AS res_model, id AS res_id
            FROM dispute_case WHERE merged_into_id IS NOT NULL
            """,
            self.env._("Merged in:"),
        )

    @api.model
    def _get_splits_sql(self):
        return SQL(
            """
            SELECT id, split_from_id AS case_id, NULL::integer AS ticket_id,
                opened_at AS occurred_at, 'case' AS kind, split_by AS who,
                concat(%s::text, ' ', name, ' ', title, '. ', split_reason) AS words,
                'dispute.case' AS res_model, id AS res_id
            FROM dispute_case WHERE split_from_id IS NOT NULL
            """,
            self.env._("Split off:"),
        )

    @api.model
    def _get_outcomes_sql(self):
        return SQL(
            """
            SELECT id, id AS case_id, NULL::integer AS ticket_id,
                outcome_at AS occurred_at, 'outcome' AS kind, NULL AS who,
                concat_ws('. ', %s, outcome_note) AS words,
                'dispute.case' AS res_model, id AS res_id
            FROM dispute_case WHERE outcome IS NOT NULL
            """,
            self._get_label(SQL("outcome"), "dispute.case", "outcome"),
        )
