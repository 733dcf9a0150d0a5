from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

# The field that leads from a record towards its dispute.
PATHS = {
    "helpdesk.ticket": "dispute_case_id",
    "dispute.handoff": "case_id",
    "dispute.case.party": "case_id",
    "dispute.case.sum": "case_id",
    "dispute.hold": "case_id",
    "dispute.agreement.link": "case_id",
    "dispute.signal": "ticket_id",
    "dispute.inbound": "ticket_id",
    "dispute.outbound": "ticket_id",
    "dispute.stray.mail": "ticket_id",
    "mail.mail": "mail_message_id",
    "mail.notification": "mail_message_id",
    "mail.tracking.value": "mail_message_id",
    "res.users": "partner_id",
}
# Records that stand on a document: the fields that name its model and its id, and the
# models that count.
THREADS = ("helpdesk.ticket", "dispute.case", "dispute.handoff", "dispute.hold")
DOCUMENTS = {
    "mail.message": ("model", "res_id", THREADS),
    "mail.activity": ("res_model", "res_id", ("helpdesk.ticket", "dispute.case")),
    "ir.attachment": (
        "res_model",
        "res_id",
        (*THREADS, "mail.message", "mail.activity", "agreement", "res.partner"),
    ),
}
# What the system plans on a ticket for itself comes and goes.
HOUSEKEEPING = "dispute_guard.mail_activity_type_screening"


class DisputeHold(models.Model):
    """Which records a hold keeps: the one place that decides.

    Everything that could delete, change or move something asks here, for a whole
    recordset at once.
    """

    # one file a concern
    _inherit = "dispute.hold"

    @api.model
    def _get_holding(self, records):
        """The hold that keeps each of ``records``.

        :param records: of any model; those that no hold could keep cost no query
        :return: dict of ids to holds, without those that are free
        """
        # sudo: a hold binds also users who may not see the dispute
        cases = self.sudo()._find_cases(records.sudo())
        if not cases:
            return {}
        active = self.sudo().search(
            [
                ("case_id", "in", list(set().union(*cases.values()))),
                ("state", "!=", "released"),
            ],
            order="id desc",
        )
        by_case = {hold.case_id.id: hold for hold in active}  # the oldest of each
        return {
            record_id: next(by_case[case_id] for case_id in ids if case_id in by_case)
            for record_id, ids in cases.items()
            if not ids.isdisjoint(by_case)
        }

    @api.model
    def _check(self, records):
        """:raise UserError: when a hold keeps one of ``records``"""
        self._refuse(self._get_holding(records))

    @api.model
    def _refuse(self, holding):
        """:raise UserError: for the first of the holds that ``_get_holding`` gave"""
        for hold in holding.values():
            raise UserError(hold.with_env(self.env).sudo()._get_refusal())

    def _get_refusal(self):
        """Why something is kept, for whom, and who can end it.

        Outsiders hear neither the reason nor that their case is a legal one.
        """
        self.ensure_one()
        if self.env.user.share:
            return self.env._(
                "This belongs to a matter (%(case)s) that %(company)s has to keep as "
                "it is. Please write to us about it.",
                case=self.case_id.name,
                company=self.company_id.name,
            )
        return self.env._(
            "This belongs to dispute %(case)s, which is under legal hold %(hold)s "
            "since %(date)s (%(reason)s). Nothing of it may be deleted, changed or "
            "moved. The hold can be released by two dispute supervisors together: "
            "%(who)s.",
            case=self.case_id.name,
            hold=self.name,
            date=fields.Date.to_string(self.placed_at),
            reason=" ".join(self.reason.split()),
            who=self._name_supervisors(),
        )

    # ------------------------------------------------------------------
    # From a record to its disputes
    # ------------------------------------------------------------------

    @api.model
    def _find_cases(self, records):
        """The disputes that each of ``records`` (as superuser) belongs to.

        :return: dict of ids to sets of ids of disputes
        """
        records = records.browse(id_ for id_ in records._ids if id_)
        if not records:
            return {}
        name = records._name
        if name == "dispute.case":
            return {case_id: {case_id} for case_id in records._ids}
        if name in PATHS:
            return self._follow_path(records, PATHS[name])
        found = defaultdict(set)
        if name in DOCUMENTS:
            self._add_documents(found, records)
        special = getattr(self, f"_find_cases_{name.replace('.', '_')}", None)
        if special and self._is_any_active():
            for record_id, case_id in special(records):
                found[record_id].add(case_id)
        return dict(found)

    @api.model
    def _is_any_active(self):
        return bool(self.search_count([("state", "!=", "released")], limit=1))

    @api.model
    def _follow_path(self, records, field_name):
        leads = {record.id: record[field_name].id for record in records}
        if field_name == "case_id" or field_name == "dispute_case_id":
            return {record: {case} for record, case in leads.items() if case}
        found = self._find_cases(records[field_name])
        return {record: found[lead] for record, lead in leads.items() if lead in found}

    @api.model
    def _add_documents(self, found, records):
        model_field, id_field, models_ = DOCUMENTS[records._name]
        if records._name == "mail.activity":
            housekeeping = self.env.ref(HOUSEKEEPING, raise_if_not_found=False)
            records = records.filtered(lambda a: a.activity_type_id != housekeeping)
        if records._name == "ir.attachment":
            # a picture of a contact, say: the field of its record, no document
            records = records.filtered(lambda file: not file.res_field)
        by_model = defaultdict(lambda: defaultdict(set))
        for record in records:
            if record[model_field] in models_ and record[id_field]:
                by_model[record[model_field]][record[id_field]].add(record.id)
        for model, documents in by_model.items():
            existing = self.env[model].browse(documents).exists()
            for document, cases in self._find_cases(existing).items():
                for record_id in documents[document]:
                    found[record_id] |= cases

    @api.model
    def _find_cases_ir_attachment(self, files):
        """Files that a message of a dispute carries, wherever they belong."""
        self.env["mail.message"].flush_model(["attachment_ids"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT rel.attachment_id, rel.message_id
                FROM message_attachment_rel rel
                JOIN mail_message message ON message.id = rel.message_id
                WHERE rel.attachment_id IN %s AND message.model IN %s
                """,
                files._ids,
                THREADS,
            )
        )
        messages = self.env["mail.message"].browse({message for _file, message in rows})
        cases = self._find_cases(messages)
        return [
            (file, case) for file, message in rows for case in cases.get(message, ())
        ]

    @api.model
    def _find_cases_agreement(self, agreements):
        links = self.env["dispute.agreement.link"].search(
            [("agreement_id", "in", agreements.ids), ("case_id", "!=", False)]
        )
        return [(link.agreement_id.id, link.case_id.id) for link in links]

    @api.model
    def _find_cases_res_partner(self, partners):
        """The disputes of contacts: as customer of the dispute or of a ticket of it."""
        cases = self.env["dispute.case"].search_fetch(
            [("partner_id", "in", partners.ids)], ["partner_id"]
        )
        tickets = (
            self.env["helpdesk.ticket"]
            .with_context(active_test=False)
            .search_fetch(
                Domain("dispute_case_id", "!=", False)
                & (
                    Domain("partner_id", "in", partners.ids)
                    | Domain("commercial_partner_id", "in", partners.ids)
                ),
                ["partner_id", "commercial_partner_id", "dispute_case_id"],
            )
        )
        found = [(case.partner_id.id, case.id) for case in cases]
        for ticket in tickets:
            for partner in ticket.partner_id | ticket.commercial_partner_id:
                found.append((partner.id, ticket.dispute_case_id.id))
        return found

    @api.model
    def _check_authors(self, partners):
        """:raise UserError: when one of ``partners`` wrote a message of a held dispute

        Deleting or merging a contact takes the author from his messages, by SQL.
        """
        if not partners or not self.sudo()._is_any_active():
            return
        messages = self.env["mail.message"]
        messages.flush_model(["author_id", "model", "res_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (author_id, model, res_id) id FROM mail_message
                WHERE author_id IN %s AND model IN %s
                """,
                partners._ids,
                THREADS,
            )
        )
        self._check(messages.browse(id_ for (id_,) in rows))

    # ------------------------------------------------------------------
    # Collectors of garbage
    # ------------------------------------------------------------------

    @api.model
    def _get_held_documents(self, model_field, id_field):
        """Domain of records that stand on a document under hold.

        :param str model_field: name of the field with the document's model
        :param str id_field: name of the field with its id
        """
        # sudo: dispute.hold - a collector of garbage leaves alone what anybody holds
        cases = self.sudo().search([("state", "!=", "released")]).case_id
        held = Domain.FALSE
        if not cases:
            return held
        for model in THREADS:
            path = PATHS.get(model, "id")
            documents = (
                self.env[model]
                .sudo()
                ._search([(path, "in", cases.ids)], active_test=False)
            )
            held |= Domain(model_field, "=", model) & Domain(id_field, "in", documents)
        return held
