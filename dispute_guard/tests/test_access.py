from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ANNOUNCED, CONDITIONAL, DisputeCommon, RpcCommon

OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
# Model: what agent, supervisor and administrator may; nobody else may anything.
RIGHTS = {
    "dispute.inbound": ("r", "r", "r"),
    "dispute.signal": ("r", "r", "r"),
    "dispute.evidence": ("r", "r", "r"),
    "dispute.policy.firing": ("r", "r", "r"),
    "dispute.stray.mail": ("", "r", "r"),
    "dispute.policy.rule": ("r", "r", "rwcd"),
    "dispute.policy.kind": ("r", "r", "r"),
    "dispute.policy.explanation": ("rwcd", "rwcd", "rwcd"),
    "dispute.policy.explanation.line": ("r", "r", "r"),
    "dispute.professional": ("r", "r", "rwcd"),
    "dispute.screening.rule": ("", "r", "rwcd"),
    "dispute.case": ("r", "rwc", "rwc"),
    "dispute.case.party": ("r", "rwcd", "rwcd"),
    "dispute.case.sum": ("r", "rwcd", "rwcd"),
    "dispute.case.merge": ("", "rwcd", "rwcd"),
    "dispute.case.split": ("", "rwcd", "rwcd"),
    "dispute.case.step": ("r", "r", "r"),
    "dispute.case.step.take": ("", "rwcd", "rwcd"),
    "dispute.cool.off": ("rwcd", "rwcd", "rwcd"),
    "dispute.rung": ("r", "r", "rwcd"),
    "dispute.rung.condition": ("r", "r", "rwcd"),
    "dispute.effort": ("r", "r", "r"),
    "dispute.effort.entry": ("rc", "rc", "rc"),
    "dispute.timeline": ("r", "r", "r"),
    "dispute.handoff": ("r", "rwc", "rwc"),
    "dispute.handoff.step": ("r", "r", "r"),
    "dispute.handoff.consent": ("r", "r", "r"),
    "dispute.handoff.open": ("", "rwcd", "rwcd"),
    "dispute.handoff.decline": ("", "rwcd", "rwcd"),
    "dispute.handoff.reassign": ("", "rwcd", "rwcd"),
    "dispute.handoff.consent.record": ("", "rwcd", "rwcd"),
    "dispute.handoff.exchange": ("r", "r", "r"),
    "dispute.exchange.answer": ("rwcd", "rwcd", "rwcd"),
    "dispute.invitation": ("", "r", "r"),
    "dispute.invitation.link": ("", "r", "r"),
    "dispute.invitation.device": ("", "r", "r"),
    "dispute.invitation.access": ("", "r", "r"),
    "dispute.invitation.refusal": ("", "", "r"),
    "dispute.speciality": ("r", "r", "rwcd"),
    "dispute.clock": ("r", "rw", "rw"),
    "dispute.clock.add": ("", "rwcd", "rwcd"),
    "dispute.clock.decide": ("rwcd", "rwcd", "rwcd"),
    "dispute.jurisdiction": ("r", "r", "rwcd"),
    "dispute.jurisdiction.term": ("r", "r", "rwcd"),
    "dispute.lock": ("r", "r", "r"),
    "dispute.lock.pass": ("r", "r", "r"),
    "dispute.lock.step": ("rwcd", "rwcd", "rwcd"),
    "dispute.withheld": ("r", "r", "r"),
    "dispute.agreement.link": ("rwc", "rwcd", "rwcd"),
    "dispute.outbound": ("r", "r", "r"),
    "dispute.file": ("r", "r", "r"),
    "dispute.content": ("", "", ""),
    "dispute.call.log": ("rwcd", "rwcd", "rwcd"),
    "dispute.signal.dismiss": ("rwcd", "rwcd", "rwcd"),
    "dispute.signal.note": ("rwcd", "rwcd", "rwcd"),
    "dispute.speaker.correct": ("rwcd", "rwcd", "rwcd"),
    "dispute.lapse": ("r", "r", "r"),
    "dispute.lapse.excuse": ("", "rwcd", "rwcd"),
    "dispute.case.hold": ("", "rwcd", "rwcd"),
    "dispute.case.release": ("", "rwcd", "rwcd"),
    "dispute.hold": ("r", "rw", "rw"),
    "dispute.hold.custodian": ("r", "rwc", "rwc"),
    "dispute.erasure.request": ("rc", "rwc", "rwc"),
    "dispute.erasure.basis": ("r", "r", "rwcd"),
    "dispute.dossier": ("", "rwcd", "rwcd"),
    "dispute.dossier.line": ("", "rw", "rw"),
    "dispute.screening.trial": ("", "rwcd", "rwcd"),
    "dispute.screening.trial.line": ("", "rwcd", "rwcd"),
    "dispute.screening.transfer": ("", "", "rwcd"),
    "dispute.screening.transfer.line": ("", "", "rwcd"),
    "dispute.ledger": ("", "r", "r"),
    "dispute.ledger.head": ("", "r", "r"),
    "dispute.ledger.item": ("", "r", "r"),
    "dispute.ledger.node": ("", "", "r"),
    "dispute.ledger.queue": ("", "", "r"),
    "dispute.ledger.report": ("", "r", "r"),
    "dispute.ledger.check": ("", "rwcd", "rwcd"),
}
BOUND = (
    "dispute.inbound",
    "dispute.signal",
    "dispute.evidence",
    "dispute.policy.firing",
    "dispute.case",
    "dispute.handoff",
    "dispute.agreement.link",
    "dispute.hold",
    "dispute.clock",
)


@tagged("post_install", "-at_install")
class TestAccess(DisputeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_agreement("AH-1")
        cls.other_team = cls.env["helpdesk.ticket.team"].create(
            {"name": "Sales", "company_id": cls.company.id}
        )
        cls.tickets = {
            name: cls.write_in(ANNOUNCED) for name in ("own", "free", "team", "far")
        }
        cls.tickets["own"].user_id = cls.agent_own
        cls.tickets["free"].user_id = False
        cls.tickets["team"].user_id = cls.agent_team
        cls.tickets["far"].write({"team_id": cls.other_team.id, "user_id": False})
        cls.env.flush_all()
        cls.employee = new_test_user(
            cls.env,
            login="dispute_employee",
            groups="base.group_user",
            context={"no_reset_password": True},
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.public = cls.env.ref("base.public_user")

    def setUp(self):
        super().setUp()
        self.visible = {
            self.agent_own: ("own", "free"),
            self.agent_team: ("own", "free", "team"),
            self.supervisor: ("own", "free", "team", "far"),
            self.manager: ("own", "free", "team", "far"),
            self.foreigner: (),
        }

    def get_ticket_ids(self, records):
        """The ids of the tickets to which ``records`` belong."""
        records = records.sudo()
        if records._name == "dispute.evidence":
            return set(records.mapped("ticket_id"))
        if records._name == "dispute.case":
            return set(records.ticket_ids.ids)
        if records._name in ("dispute.hold", "dispute.clock"):
            return set(records.case_id.ticket_ids.ids)
        return set(records.ticket_id.ids)

    # ------------------------------------------------------------------
    # Models
    # ------------------------------------------------------------------

    def test_rights(self):
        for model, rights in RIGHTS.items():
            users = (self.agent_own, self.supervisor, self.manager)
            table = dict(zip(users, rights, strict=True))
            table[self.agent_team] = rights[0]
            table |= dict.fromkeys((self.employee, self.portal, self.public), "")
            if model == "dispute.hold.custodian":  # whoever is named on a hold
                table[self.employee] = "r"
            for user, allowed in table.items():
                for letter, operation in OPERATIONS.items():
                    with self.subTest(user=user.login, model=model, op=operation):
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(operation),
                            letter in allowed,
                        )

    def test_table_is_complete(self):
        models = self.env["ir.model"].search([("model", "=like", "dispute.%")])
        named = {name for name in models.mapped("model") if self.is_stored(name)}
        self.assertEqual(named, set(RIGHTS))

    def is_stored(self, name):
        model = self.env[name]
        return not model._abstract

    # ------------------------------------------------------------------
    # Records
    # ------------------------------------------------------------------

    def test_records_are_seen_with_their_ticket(self):
        ids = {name: ticket.id for name, ticket in self.tickets.items()}
        for user, names in self.visible.items():
            expected = {ids[name] for name in names}
            for model in BOUND:
                with self.subTest(user=user.login, model=model):
                    found = self.env[model].with_user(user).search([])
                    self.assertEqual(self.get_ticket_ids(found), expected)

    def test_counts_tell_nothing_more(self):
        for user in self.visible:
            for model in BOUND:
                with self.subTest(user=user.login, model=model):
                    records = self.env[model].with_user(user)
                    found = records.search([])
                    self.assertEqual(records.search_count([]), len(found))
                    groups = records._read_group([], ["company_id"], ["__count"])
                    self.assertEqual(sum(count for _c, count in groups), len(found))
                    rows = records.formatted_read_group([], [], ["__count"])
                    self.assertEqual(rows[0]["__count"], len(found))

    def test_hidden_records_cannot_be_read_by_id(self):
        for user, names in self.visible.items():
            for model in BOUND:
                everything = self.env[model].search(
                    [("company_id", "=", self.company.id)]
                )
                for record in everything:
                    shown = self.get_ticket_ids(record) <= {
                        self.tickets[name].id for name in names
                    }
                    with self.subTest(user=user.login, record=record):
                        self.env.invalidate_all()
                        own = record.with_user(user)
                        self.assertEqual(own.has_access("read"), shown)
                        if not shown:
                            with self.assertRaises(AccessError):
                                own.read(["company_id"])

    def test_filters_on_hidden_words_find_nothing(self):
        hidden = self.tickets["far"]
        domain = [("ticket_id", "=", hidden.id)]
        for model in ("dispute.signal", "dispute.inbound", "dispute.handoff"):
            with self.subTest(model):
                records = self.env[model].with_user(self.agent_team)
                self.assertFalse(records.search(domain))
                self.assertFalse(records.search_count(domain))
                self.assertFalse(records._read_group(domain, ["ticket_id"]))

    def test_employee_who_follows_a_ticket(self):
        """He may read the ticket, but disputes are none of his business."""
        ticket = self.tickets["own"]
        ticket.message_subscribe(self.employee.partner_id.ids)
        self.assertTrue(ticket.with_user(self.employee).has_access("read"))
        for model in BOUND:
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(self.employee).search([])

    def test_deleted_ticket_is_left_to_supervisors(self):
        ticket = self.write_in(CONDITIONAL)
        evidence = ticket.dispute_signal_ids.evidence_id
        ticket.unlink()
        self.env.invalidate_all()
        for user in self.visible:
            allowed = user in (self.supervisor, self.manager)
            with self.subTest(user.login):
                self.assertEqual(evidence.with_user(user).has_access("read"), allowed)

    def test_ticket_fields_as_the_agent_sees_them(self):
        """Counts on a ticket are made with the reader's rights and do not fail."""
        for user, names in self.visible.items():
            for name in names:
                with self.subTest(user=user.login, ticket=name):
                    self.env.invalidate_all()
                    ticket = self.tickets[name].with_user(user)
                    self.assertEqual(ticket.dispute_level, "legal")
                    self.assertEqual(ticket.dispute_quote, ANNOUNCED)
                    self.assertEqual(ticket.dispute_signal_count, 1)
                    recorded = self.env["dispute.evidence"].search_count(
                        [("ticket_id", "=", ticket.id)]
                    )
                    self.assertGreaterEqual(recorded, 2)  # the words, the hold
                    self.assertEqual(ticket.dispute_evidence_count, recorded)
                    self.assertEqual(ticket.dispute_handoff_count, 1)
                    self.assertEqual(ticket.dispute_agreement_count, 1)
                    self.assertIn("do not negotiate", ticket.dispute_advice)
                    self.assertTrue(ticket.dispute_hold)

    def test_shared_records_stay_in_their_company(self):
        rule = self.env["dispute.policy.rule"].create(
            {"name": "Ours", "company_id": self.company.id}
        )
        person = self.make_professional("lawyer", "Alice Lawyer")
        for record in (rule, person):
            with self.subTest(record=record):
                self.assertTrue(record.with_user(self.manager).has_access("write"))
                self.assertFalse(record.with_user(self.supervisor).has_access("write"))
                self.assertTrue(record.with_user(self.agent_own).has_access("read"))
                self.assertFalse(record.with_user(self.foreigner).has_access("read"))

    def test_windows_of_others(self):
        ticket = self.tickets["own"]
        values = {
            "dispute.signal.note": {"ticket_id": ticket.id, "note": "x"},
            "dispute.signal.dismiss": {"reason": "x"},
            "dispute.speaker.correct": {
                "inbound_id": ticket.dispute_inbound_ids.id,
                "speaker": "staff",
                "reason": "x",
            },
            "dispute.lapse.excuse": {"reason": "x"},
            "dispute.case.hold": {
                "case_id": ticket.dispute_case_id.id,
                "reason": "x",
            },
            "dispute.case.release": {
                "hold_id": ticket.dispute_case_id.hold_ids.id,
                "reason": "x",
            },
            "dispute.handoff.open": {
                "case_id": ticket.dispute_case_id.id,
                "role": "mediator",
            },
            **dict.fromkeys(
                ("dispute.handoff.decline", "dispute.handoff.reassign"),
                {"handoff_id": ticket.dispute_handoff_ids.id, "reason": "x"},
            ),
            "dispute.exchange.answer": {
                "handoff_id": ticket.dispute_handoff_ids.id,
            },
            "dispute.handoff.consent.record": {
                "handoff_id": ticket.dispute_handoff_ids.id,
                "words": "x",
            },
            "dispute.ledger.check": {
                "ledger_id": self.env["dispute.ledger"]._of(self.company).id
            },
        }
        for model, vals in values.items():
            wizard = self.env[model].with_user(self.supervisor).create(vals)
            wizard.flush_recordset()
            wizard.invalidate_recordset()
            for user in (self.manager, self.foreigner):
                with self.subTest(model, user=user.login):
                    with self.assertRaises(AccessError):
                        wizard.with_user(user).read()
            self.assertTrue(wizard.read())


@tagged("post_install", "-at_install")
class TestDefaults(RpcCommon):
    """What no client may write it may not bring as a default either."""

    def open_ticket(self, **context):
        values = {
            "name": "x",
            "description": "",
            "company_id": self.company.id,
            "team_id": self.team.id,
            "user_id": self.agent_own.id,
        }
        [ticket] = self.call("helpdesk.ticket", "create", [values], context=context)
        return self.env["helpdesk.ticket"].browse(ticket).with_user(self.agent_own)

    def test_words_and_dispute_of_another_ticket(self):
        far = self.write_in(ANNOUNCED)
        self.login(self.agent_own)
        self.env["ir.default"].with_user(self.agent_own).set(
            "helpdesk.ticket", "dispute_case_id", far.dispute_case_id.id, user_id=True
        )
        ticket = self.open_ticket(
            default_dispute_signal_id=far.dispute_signal_id.id,
            default_dispute_level="legal",
        )
        self.assertFalse(ticket.dispute_quote)
        self.assertFalse(ticket.dispute_case_id)
        self.assertEqual(ticket.dispute_level, "calm")

    def test_hold_without_its_button(self):
        self.login(self.supervisor)
        [case] = self.call(
            "dispute.case",
            "create",
            [{"title": "x"}],
            context={"default_hold": True, "default_closed_at": "2099-01-01 00:00:00"},
        )
        case = self.env["dispute.case"].browse(case)
        self.assertFalse(case.hold)
        self.assertFalse(case.closed_at)
