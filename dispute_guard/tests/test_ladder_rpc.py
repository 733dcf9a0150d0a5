"""What clients of the web interface try, to get past the conditions of a stage."""

from odoo.tests import tagged

from .common import CONDITIONAL, RpcCommon
from .common_ladder import LadderCommon

TRICKS = [
    {},
    {"dispute_station": True},
    {"default_rung": "court"},
    {"import_file": True, "install_mode": True},
    {"mail_notrack": True, "tracking_disable": True},
]


@tagged("post_install", "-at_install")
class TestLadderRpc(RpcCommon, LadderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls.write_in(CONDITIONAL).dispute_case_id
        cls.set_rung("court", {"kind": "sum_known"})

    def test_supervisor_is_refused_whatever_he_calls(self):
        case = [self.case.id]
        values = {"title": "By hand", "company_id": self.company.id, "rung": "court"}
        attempts = [
            ("write", case, {"rung": "court"}),  # the status bar
            ("web_save", case, {"rung": "court"}, {"specification": {}}),  # a drag
            ("web_save", [], values, {"specification": {}}),
            ("create", [values]),
            ("copy", case, {"rung": "court"}),
        ]
        self.login(self.supervisor)
        for name, *args in attempts:
            kwargs = args.pop() if name == "web_save" else {}
            for context in TRICKS:
                with self.subTest(name, context=context):
                    self.assertDenied(
                        "UserError",
                        "dispute.case",
                        name,
                        *args,
                        context=context,
                        **kwargs,
                    )
        self.assertEqual(self.case.rung, "discuss")
        self.assertFalse(self.case.step_ids)
        result = self.call(
            "dispute.case", "load", [".id", "rung"], [[str(self.case.id), "court"]]
        )
        self.assertFalse(result["ids"])
        self.assertEqual(self.case.rung, "discuss")

    def test_private_methods_are_out_of_reach(self):
        self.login(self.counsel)
        for name, *args in (
            ("_step", "court", "reason", True),
            ("_after_step", []),
            ("_set_outcome", "settled", "x"),
            ("_place_lock", "cooling_off", "x"),
        ):
            with self.subTest(name):
                self.assertDenied(
                    "AccessError", "dispute.case", name, [self.case.id], *args
                )

    def test_steps_are_not_made_by_clients(self):
        values = {
            "case_id": self.case.id,
            "company_id": self.company.id,
            "from_rung": "discuss",
            "rung": "mediation",
            "taken_at": "2026-01-01 00:00:00",
            "taken_by": "Somebody",
        }
        for user in (self.supervisor, self.manager):
            self.login(user)
            with self.subTest(user.login):
                self.assertDenied(
                    "UserError",
                    "dispute.case.step",
                    "create",
                    [values],
                    context={"dispute_station": True},
                )

    def test_agent_moves_nothing(self):
        self.login(self.agent_team)
        for rung in ("cooling_off", "mediation", "court", "closed"):
            with self.subTest(rung):
                self.assertDenied(
                    "AccessError",
                    "dispute.case",
                    "write",
                    [self.case.id],
                    {"rung": rung},
                )
        self.assertDenied(
            "AccessError",
            "dispute.case.step.take",
            "create",
            [{"case_id": self.case.id, "rung": "cooling_off"}],
        )

    def test_foreign_administrator_sees_and_moves_nothing(self):
        self.login(self.foreigner)
        self.assertDenied(
            "AccessError", "dispute.case", "write", [self.case.id], {"rung": "discuss"}
        )
        self.assertDenied(
            "AccessError",
            "dispute.case.step.take",
            "create",
            [{"case_id": self.case.id, "rung": "court", "override": True}],
        )

    def test_conditions_are_changed_by_administrators_alone(self):
        condition = (
            self.env["dispute.rung"]
            .search([("company_id", "=", self.company.id)])
            .condition_ids
        )
        for user in (self.agent_team, self.supervisor, self.counsel):
            self.login(user)
            with self.subTest(user.login):
                self.assertDenied(
                    "AccessError",
                    "dispute.rung.condition",
                    "unlink",
                    condition.ids,
                )
