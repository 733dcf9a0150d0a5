"""Erasure requests: refused by law while a hold is on, offered again afterwards."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ANNOUNCED, CALM, CONDITIONAL, DisputeCommon


@tagged("post_install", "-at_install")
class TestHoldErasure(DisputeCommon):
    def request(self, partner, user=None):
        requests = self.env["dispute.erasure.request"].with_user(
            user or self.agent_team
        )
        return requests.with_context(default_partner_id=partner.id).create(
            {"wish": "Erase me", "company_id": self.company.id}
        )

    def test_a_held_person_is_refused_by_law(self):
        case = self.write_in(ANNOUNCED).dispute_case_id
        request = self.request(self.customer)
        self.assertEqual(request.state, "refused")
        self.assertEqual(request.hold_id, case.hold_ids)
        self.assertIn("17(3)(e)", request.basis_id.name)
        record = self.env["dispute.evidence"].search(
            [("kind", "=", "hold")], order="id desc", limit=1
        )
        details = record._get_record()["details"]
        self.assertEqual(details["step"], "erasure_refused")
        self.assertEqual(details["person"], "Paula Customer")
        self.assertIn("17(3)(e)", details["basis"])
        self.assertEqual(record.recorded_by, self.agent_team.login)

    def test_a_refused_request_cannot_be_carried_out(self):
        self.write_in(ANNOUNCED)
        request = self.request(self.customer)
        for way in ("action_done", "action_look_up"):
            for mine in (
                request.with_user(self.supervisor),
                request.with_user(self.manager).sudo(),
                request.sudo(),
            ):
                with self.subTest(way=way), self.assertRaises(UserError) as refusal:
                    getattr(mine, way)()
                self.assertIn("legal hold", str(refusal.exception))
        for vals in ({"state": "done"}, {"state": "open"}, {"hold_id": False}):
            with self.assertRaises(UserError):
                request.sudo().with_context(dispute_station=True).write(vals)

    def test_defaults_of_a_client_say_nothing(self):
        self.write_in(ANNOUNCED)
        requests = self.env["dispute.erasure.request"].with_user(self.agent_team)
        request = requests.with_context(
            default_state="withdrawn", default_refused_at="2020-01-01"
        ).create({"partner_id": self.customer.id, "company_id": self.company.id})
        self.assertEqual(request.state, "refused")
        self.assertGreater(str(request.refused_at), "2026")

    def test_deleting_a_held_contact_tells_where_the_wish_waits(self):
        self.write_in(ANNOUNCED)
        with self.assertRaises(UserError) as refusal:
            self.customer.with_user(self.env.ref("base.user_admin")).sudo().unlink()
        self.assertIn("legal hold", str(refusal.exception))
        self.assertIn("erasure request", str(refusal.exception))

    def test_it_is_offered_again_on_release(self):
        case = self.write_in(ANNOUNCED).dispute_case_id
        request = self.request(self.customer)
        self.release_hold(case)
        self.assertEqual(request.state, "open")
        self.assertTrue(request.offered_at)
        self.assertFalse(request.hold_id)
        self.assertEqual(request.activity_ids.user_id, self.agent_team)

    def test_it_waits_for_the_last_hold(self):
        case = self.write_in(ANNOUNCED).dispute_case_id
        other = self.write_in(ANNOUNCED, Subject="Other").dispute_case_id
        self.assertNotEqual(case, other)
        request = self.request(self.customer)
        self.release_hold(case)
        self.assertEqual(request.state, "refused")
        self.release_hold(other)
        self.assertEqual(request.state, "open")

    def test_a_free_person_can_be_erased(self):
        self.write_in(CALM)
        self.write_in(CONDITIONAL)
        request = self.request(self.customer)
        self.assertEqual(request.state, "open")
        self.assertFalse(request.refused_at)
        with self.assertRaises(AccessError):
            request.action_done()
        request.with_user(self.supervisor).action_done()
        self.assertEqual(request.state, "done")
        self.assertFalse(request.person)
        self.assertFalse(request.partner_id)
        self.assertFalse(request.wish)

    def test_a_hold_that_comes_later_refuses_it(self):
        ticket = self.write_in(CALM)
        request = self.request(self.customer)
        self.reply(ticket, ANNOUNCED)
        with self.assertRaises(UserError):
            request.with_user(self.supervisor).action_done()
        self.run_cron("ir_cron_hold")
        self.assertEqual(request.state, "refused")

    def test_the_answer_tells_the_basis(self):
        self.write_in(ANNOUNCED)
        request = self.request(self.customer).with_user(self.supervisor)
        basis = request.basis_id
        basis.with_user(self.manager).text = "By law we keep it."
        action = request.action_answer()
        composer = Form(
            self.env[action["res_model"]]
            .with_user(self.supervisor)
            .with_context(**action["context"])
        ).save()
        self.assertIn("By law we keep it.", composer.body)
        self.assertNotIn("legal hold", composer.body)
        self.assertEqual(composer.partner_ids, self.customer)

    def test_who_sees_and_edits(self):
        request = self.request(self.customer)
        for user in (self.foreigner, self.agent_own, self.portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                request.with_user(user).read(["person"])
        with self.assertRaises(AccessError):
            request.basis_id.with_user(self.supervisor).text = "x"
        with self.assertRaises(AccessError):
            request.with_user(self.agent_team).write({"wish": "x"})
        with self.assertRaises(UserError):
            self.env["dispute.erasure.request"].create({"state": "done"})
