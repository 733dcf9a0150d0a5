from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..ledger import sha256_hex
from ..models.dispute_invitation import LINK_PATH
from ..station import at_work
from .common import make_mail
from .common_invitation import LINK, InvitationCommon

MODELS = (
    "dispute.invitation",
    "dispute.invitation.link",
    "dispute.invitation.device",
    "dispute.invitation.access",
    "dispute.handoff.exchange",
)


@tagged("post_install", "-at_install")
class TestInvitation(InvitationCommon):
    def find_by_token(self, token):
        return self.env["dispute.invitation"]._find_by_token(token)

    def find_in_database(self, text):
        """Where in the whole database ``text`` stands, as table and column."""
        self.env.flush_all()
        columns = self.env.execute_query(
            SQL(
                """
                SELECT table_name, column_name FROM information_schema.columns
                JOIN information_schema.tables USING (table_schema, table_name)
                WHERE table_schema = current_schema AND table_type = 'BASE TABLE'
                    AND data_type IN ('text', 'character varying', 'jsonb', 'bytea')
                """
            )
        )
        found = []
        for table, column in columns:
            query = SQL(
                "SELECT 1 FROM %s WHERE position(%s in %s::text) > 0 LIMIT 1",
                SQL.identifier(table),
                text,
                SQL.identifier(column),
            )
            if self.env.execute_query(query):
                found.append((table, column))
        return found

    # ------------------------------------------------------------------
    # The token
    # ------------------------------------------------------------------

    def test_token_is_on_the_wire_alone(self):
        handoff = self.hand_off()
        invitation = self.get_invitation(handoff)
        self.assertEqual(invitation.state, "prepared")
        token = self.get_token(handoff)
        self.assertGreaterEqual(len(token), 43)  # 256 bits, six in a character
        self.assertEqual(self.find_in_database(token), [])
        self.assertEqual(invitation.link_ids.token_hash, sha256_hex(token.encode()))
        self.assertEqual(self.find_by_token(token), invitation)
        self.assertEqual(invitation.state, "sent")
        # the search above finds what is there
        self.assertIn(
            ("dispute_invitation", "reference"),
            self.find_in_database(invitation.reference),
        )

    def test_stored_link_opens_nothing(self):
        handoff = self.hand_off()
        [stored] = set(LINK.findall(handoff.sudo().mail_id.body_html))
        self.get_token(handoff)
        self.assertFalse(self.find_by_token(stored))
        self.assertFalse(self.find_by_token(self.get_invitation(handoff).reference))

    def test_each_mail_has_a_token_of_its_own(self):
        handoff = self.hand_off()
        first = self.get_token(handoff)
        handoff.with_user(self.supervisor).action_send_link()
        second = self.get_token(handoff)
        self.assertNotEqual(first, second)
        invitation = self.get_invitation(handoff)
        self.assertEqual(len(invitation), 1)
        for token in (first, second):
            self.assertEqual(self.find_by_token(token), invitation)

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_mail_that_is_tried_again_has_a_new_token(self):
        handoff = self.hand_off()
        self.send_queue(handoff, refused=["alice@nordwind.example.com"])
        lost = self.env["dispute.invitation.link"].search([]).mapped("token_hash")
        self.assertTrue(lost)
        self.run_cron("ir_cron_handoff")
        token = self.get_token(handoff)
        self.assertNotIn(sha256_hex(token.encode()), lost)
        self.assertTrue(self.find_by_token(token))

    def test_placeholder_elsewhere_stays(self):
        """Whoever writes a mail himself gets no token by naming a page."""
        handoff = self.hand_off()
        other = self.hand_off(Subject="Another", From="Otto <otto@example.org>")
        url = self.get_invitation(handoff)._get_url()
        alice = self.lawyer.partner_id
        places = {
            "to somebody else": {"email_to": "mallory@example.org"},
            "to one more": {"email_to": f"{alice.email}, mallory@example.org"},
            "with a copy": {"email_to": alice.email, "email_cc": "m@example.org"},
            "of another handoff": {"email_to": alice.email, "res_id": other.id},
            "of a ticket": {
                "email_to": alice.email,
                "model": "helpdesk.ticket",
                "res_id": handoff.ticket_id.id,
            },
            "of nothing": {"email_to": alice.email, "model": False, "res_id": False},
        }
        link = self.env["dispute.invitation.link"]
        before = link.search_count([])
        for name, values in places.items():
            with self.subTest(name), self.mail_server() as server:
                self.env["mail.mail"].create(
                    {
                        "model": "dispute.handoff",
                        "res_id": handoff.id,
                        "body_html": f'<p><a href="{url}">x</a></p>',
                        **values,
                    }
                ).send()
                self.assertTrue(server.taken)
                self.assertIn(url, str(server.taken))
        self.assertEqual(link.search_count([]), before)

    def test_mails_of_tickets_are_kept_without_token(self):
        """What is kept of sent mails of a ticket has the placeholder, too."""
        handoff = self.hand_off()
        url = self.get_invitation(handoff)._get_url()
        ticket = handoff.ticket_id
        with self.mail_server():
            self.env["mail.mail"].create(
                {
                    "model": "helpdesk.ticket",
                    "res_id": ticket.id,
                    "email_to": self.lawyer.email,
                    "body_html": f"<p>{url}</p>",
                }
            ).send()
        self.assertTrue(self.get_sent(ticket))
        self.assertFalse(self.env["dispute.invitation.link"].search([]))

    def test_answer_that_quotes_the_link_is_stored_without_it(self):
        handoff = self.hand_off()
        token = self.get_token(handoff)
        mail = handoff.message_ids.filtered("message_id").sorted("id")[-1]
        self.env["mail.thread"].message_process(
            "dispute.handoff",
            make_mail(
                f"I look into it.\n> Open my page: https://x.example{LINK_PATH}{token}\n",
                From=self.lawyer.partner_id.email_formatted,
                To=f"catchall@{self.alias_domain.name}",
                In_Reply_To=mail.message_id,
                Subject="Re: please take over",
            ),
            thread_id=handoff.id,
        )
        answer = handoff.message_ids.sorted("id")[-1]
        self.assertIn("I look into it", answer.body)
        self.assertIn(LINK_PATH, answer.body)
        self.assertEqual(self.find_in_database(token), [])

    def test_looking_up_costs_the_same(self):
        """The time of an answer does not tell why a link opens nothing."""
        handoff = self.hand_off()
        token = self.get_token(handoff)
        handoff.with_user(self.supervisor).action_revoke_link()
        other = self.get_token(
            self.hand_off(Subject="Another", From="Otto <otto@example.org>")
        )
        self.env.flush_all()
        counts = set()
        for each in (token, other, "x" * 43, ""):
            before = self.cr.sql_log_count
            self.find_by_token(each)
            counts.add(self.cr.sql_log_count - before)
        self.assertEqual(counts, {1})

    # ------------------------------------------------------------------
    # How long
    # ------------------------------------------------------------------

    def test_what_ends_a_page(self):
        def reassign(handoff):
            other = self.make_professional("lawyer", "Carol Lawyer", "en")
            handoff.with_user(self.supervisor)._reassign(other, "Alice is ill.")

        ends = {
            "declined": lambda handoff: handoff.step_id._decline("No time."),
            "handed to another": reassign,
            "cancelled": lambda handoff: handoff._close("cancelled"),
            "ended": lambda handoff: (
                handoff.step_id._accept(),
                handoff.step_id._report_outcome("settled", "Paid."),
            ),
            "withdrawn": lambda handoff: handoff.with_user(
                self.supervisor
            ).action_revoke_link(),
            "another address": lambda handoff: self.lawyer.partner_id.write(
                {"email": "alice@elsewhere.example.org"}
            ),
            "professional archived": lambda handoff: self.lawyer.write(
                {"active": False}
            ),
        }
        for name, end in ends.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                handoff = self.hand_off()
                token = self.get_token(handoff)
                invitation = self.find_by_token(token)
                self.assertTrue(invitation)
                end(handoff)
                self.assertFalse(self.find_by_token(token))
                self.assertEqual(invitation.state, "ended")
                savepoint.close(rollback=True)

    def test_time(self):
        self.company.dispute_invitation_days = 5
        handoff = self.hand_off()
        token = self.get_token(handoff)
        now = fields.Datetime.now()
        for days, is_open in ((4, True), (6, False)):
            with self.subTest(days=days), freeze_time(now + timedelta(days=days)):
                self.assertEqual(bool(self.find_by_token(token)), is_open)
        with freeze_time(now + timedelta(days=4)):
            handoff.with_user(self.supervisor).action_send_link()
        with freeze_time(now + timedelta(days=8)):
            self.assertTrue(self.find_by_token(token))

    def test_old_address_does_not_come_back(self):
        handoff = self.hand_off()
        token = self.get_token(handoff)
        partner = self.lawyer.partner_id
        before = partner.email
        partner.email = "alice@elsewhere.example.org"
        self.assertTrue(
            handoff.activity_search(["dispute_guard.mail_activity_type_exchange"])
        )
        partner.email = before
        self.assertFalse(self.find_by_token(token))
        handoff.with_user(self.supervisor).action_send_link()
        self.assertTrue(self.find_by_token(self.get_token(handoff)))

    def test_same_address_written_again(self):
        handoff = self.hand_off()
        token = self.get_token(handoff)
        self.lawyer.partner_id.email = self.lawyer.partner_id.email.upper()
        self.assertTrue(self.find_by_token(token))

    def test_no_link_without_address(self):
        handoff = self.hand_off()
        self.send_queue(handoff)
        self.lawyer.partner_id.email = False
        with self.assertRaisesRegex(UserError, "no mail address"):
            handoff.with_user(self.supervisor).action_send_link()

    def test_no_link_without_anybody(self):
        self.lawyer.active = False
        handoff = self.hand_off()
        with self.assertRaises(UserError):
            handoff.with_user(self.supervisor).action_send_link()

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    def test_who_may_read(self):
        handoff = self.hand_off()
        self.get_token(handoff)
        invitation = self.get_invitation(handoff)
        self.env["dispute.invitation.access"]._note(invitation, "link")
        self.env["dispute.handoff.exchange"]._say(
            handoff.step_id, "professional", "Alice Lawyer", "Who signed?"
        )
        for user, sees in (
            (self.portal, set()),
            (self.foreigner, set()),
            (self.agent_team, {"dispute.handoff.exchange"}),
            (self.supervisor, set(MODELS) - {"dispute.invitation.device"}),
        ):
            for name in MODELS:
                model = self.env[name].with_user(user)
                with self.subTest(user=user.login, model=name):
                    if name in sees:
                        self.assertTrue(model.search([]))
                    elif model.has_access("read"):
                        self.assertFalse(model.search([]))

    def test_agent_of_another_ticket_sees_no_exchange(self):
        handoff = self.hand_off()
        handoff.ticket_id.user_id = self.agent_team
        self.env["dispute.handoff.exchange"]._say(
            handoff.step_id, "professional", "Alice Lawyer", "Who signed?"
        )
        own = self.env["dispute.handoff.exchange"].with_user(self.agent_own)
        self.assertFalse(own.search([]))
        handoff.ticket_id.user_id = self.agent_own
        self.assertTrue(own.search([]))

    def test_nobody_writes(self):
        handoff = self.hand_off()
        self.get_token(handoff)
        invitation = self.get_invitation(handoff)
        values = {"invitation_id": invitation.id}
        for user in (self.supervisor, self.manager, self.env.ref("base.user_root")):
            mine = invitation.with_user(user)
            link = self.env["dispute.invitation.link"].with_user(user)
            for name, attack in {
                "extend": lambda mine=mine: mine.write({"expires_at": "2099-01-01"}),
                "revive": lambda mine=mine: mine.write({"revoked_at": False}),
                "delete": lambda mine=mine: mine.unlink(),
                "link": lambda link=link: link.create({**values, "token_hash": "x"}),
                "flag": lambda mine=mine: mine.with_context(dispute_station=True).write(
                    {"expires_at": "2099-01-01"}
                ),
            }.items():
                with (
                    self.subTest(user=user.login, attack=name),
                    self.assertRaises(UserError),
                ):
                    attack()

    def test_visits_never_change(self):
        handoff = self.hand_off()
        self.env["dispute.invitation.access"]._note(
            self.get_invitation(handoff), "link"
        )
        self.env.flush_all()
        for attack in (
            "UPDATE dispute_invitation_access SET address = 'x'",
            "DELETE FROM dispute_invitation_access",
            "UPDATE dispute_invitation SET email = 'x'",
        ):
            with (
                self.subTest(attack),
                mute_logger("odoo.sql_db"),
                self.assertRaises(RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(attack)

    def test_agent_answers(self):
        handoff = self.hand_off()
        self.send_queue(handoff)
        self.env["dispute.handoff.exchange"]._say(
            handoff.step_id, "professional", "Alice Lawyer", "Who signed?"
        )
        activity = "dispute_guard.mail_activity_type_exchange"
        self.assertTrue(handoff.activity_search([activity]))
        wizard = self.env["dispute.exchange.answer"].with_user(self.agent_team)
        wizard = wizard.create({"handoff_id": handoff.id, "body": "Mrs Berg."})
        wizard.action_send()
        self.assertFalse(handoff.activity_search([activity]))
        self.assertEqual(handoff.exchange_ids.mapped("side"), ["professional", "ours"])
        self.assertTrue(self.find_by_token(self.get_token(handoff)))
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "handoff"), ("content", "=", "Mrs Berg.")]
        )
        self.assertEqual(evidence._get_record()["details"]["side"], "ours")

    def test_stranger_answers_nothing(self):
        handoff = self.hand_off()
        handoff.ticket_id.user_id = self.agent_team
        wizard = self.env["dispute.exchange.answer"].with_user(self.agent_own)
        wizard = wizard.create({"handoff_id": handoff.id, "body": "Mrs Berg."})
        with self.assertRaises(AccessError):
            wizard.action_send()

    def test_refusals_are_forgotten(self):
        refusal = self.env["dispute.invitation.refusal"]
        for days in (1, 40):
            with freeze_time(fields.Datetime.now() - timedelta(days=days)):
                refusal._note()
        self.assertEqual(refusal.search_count([]), 2)
        self.env.flush_all()
        refusal._gc_refusals()
        self.assertEqual(refusal.search_count([]), 1)

    def test_invitation_of_an_old_step_is_left_alone(self):
        """At work on one, the others stay."""
        handoff = self.hand_off()
        other = self.hand_off(Subject="Another", From="Otto <otto@example.org>")
        self.env["dispute.invitation"]._revoke(handoff.step_id)
        self.assertFalse(self.get_invitation(handoff)._filter_open())
        self.assertTrue(self.get_invitation(other)._filter_open())
        at_work(self.get_invitation(handoff)).write({"revoked_at": False})
        self.assertTrue(self.get_invitation(handoff)._filter_open())
