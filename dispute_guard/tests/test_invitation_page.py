import logging
import re
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers.dispute_invitation import DEVICE_COOKIE, HEADERS, LINK_COOKIE
from ..ledger import sha256_hex
from ..models import dispute_invitation_page
from ..models.dispute_invitation import LINK_PATH, PAGE_PATH
from ..models.dispute_invitation_access import REFUSED_MINUTES, REFUSED_MOST
from ..models.dispute_invitation_device import CODE_MINUTES, CODE_TRIES, CODES_AN_HOUR
from ..station import at_work
from .common import PHYSICAL
from .common_invitation import PageCommon

ADDRESS = re.compile(r'(?:src|href|action)="([^"]*)"')
NOBODY = "x" * 43
ACTIONS = ("code", "confirm", *dispute_invitation_page.ACTIONS, "leave", "nonsense")


@tagged("post_install", "-at_install")
class TestInvitationPage(PageCommon):
    def assertRefused(self, answer):
        """Assert that it is the one answer for all that opens nothing."""
        self.assertEqual(answer.status_code, 404)
        self.assertIn("This link does not open anything", answer.text)
        self.assertNotIn("D/20", answer.text)
        self.assertNotIn("Nordwind", answer.text)

    def assertIn_(self, page):
        self.assertEqual(page.status_code, 200)
        self.assertIn('class="brief"', page.text)

    def hand_off_another(self):
        """Hand another customer's matter to the same lawyer."""
        return self.hand_off(
            Subject="Another kitchen", From="Otto Other <otto@example.org>"
        )

    # ------------------------------------------------------------------
    # Who gets what
    # ------------------------------------------------------------------

    def test_refusals_are_all_the_same(self):
        """Table of (who, token): nothing tells why it opens nothing."""
        revoked, expired, declined = (
            self.hand_off(Subject=name, From=f"{name} <{name}@example.org>")
            for name in ("one", "two", "three")
        )
        tokens = {
            "guessed": NOBODY,
            "too short": "x",
            "with a slash": "x/y",
            "strange": "%27%22%3Cscript%3E",
            "long": "x" * 5000,
            "the reference": self.get_invitation(revoked).reference,
            "the placeholder": f"invitation.{self.get_invitation(revoked).reference}",
            "the digest": sha256_hex(NOBODY.encode()),
            "revoked": self.get_token(revoked),
            "declined": self.get_token(declined),
        }
        revoked.with_user(self.supervisor).action_revoke_link()
        declined.step_id._decline("No time.")
        self.company.dispute_invitation_days = 5
        tokens["expired"] = self.get_token(expired)
        later = fields.Datetime.now() + timedelta(days=70)
        answers = []
        with freeze_time(later):
            for name, token in tokens.items():
                with self.subTest(name):
                    self.new_device()
                    answer = self.open_link(token)
                    self.assertRefused(answer)
                    self.assertFalse(answer.cookies)
                    answers.append((answer.text, {*answer.headers} - {"Date"}))
        texts, headers = zip(*answers, strict=True)
        self.assertEqual(len(set(texts)), 1)
        self.assertEqual(len(set(map(frozenset, headers))), 1)

    def test_pages_without_a_key(self):
        """Table of (who, address, method): refused, and nothing changes."""
        handoff, other = self.hand_off(), self.hand_off_another()
        path = self.get_path(handoff)
        dossier = self.env["dispute.dossier"].create({"case_id": handoff.case_id.id})
        visitors = {
            "nobody": lambda: self.new_device(),
            "guessed cookies": self.guess_cookies,
            "key of another handoff": lambda: self.enter(other),
        }
        for name, come in visitors.items():
            self.env["dispute.invitation.refusal"].search([]).unlink()
            self.new_device()
            come()
            for address in (path, f"{path}/dossier/{dossier.id}", f"{path}/file/1"):
                with self.subTest(name, address=address):
                    self.assertRefused(self.get(address))
            for action in ACTIONS:
                with self.subTest(name, action=action):
                    answer = self.get(
                        f"{path}/{action}", data={"proof": "", "reason": "no"}
                    )
                    self.assertRefused(answer)
        self.assertEqual(handoff.state, "sent")
        self.assertEqual(handoff.step_id.state, "asked")
        self.assertFalse(self.get_actions(handoff))

    def guess_cookies(self):
        self.opener.cookies.set(DEVICE_COOKIE, NOBODY)
        self.opener.cookies.set(LINK_COOKIE, NOBODY)

    def test_token_of_another_handoff(self):
        """A key that opens one page opens no other one, also when carried over."""
        handoff, other = self.hand_off(), self.hand_off_another()
        self.enter(other)
        mine, its = self.get_path(handoff), self.get_path(other)
        for cookie in list(self.opener.cookies):
            self.opener.cookies.set(cookie.name, cookie.value, path=mine)
        self.assertIn_(self.get(its))
        self.assertRefused(self.get(mine))
        # a dossier and a file of the other dispute, by the door of this one
        dossier = self.env["dispute.dossier"].create({"case_id": handoff.case_id.id})
        exchange = self.env["dispute.handoff.exchange"]._say(
            handoff.step_id,
            "ours",
            "Sven Supervisor",
            "The order.",
            [{"name": "o.pdf", "mimetype": "application/pdf", "data": b"%PDF"}],
        )
        for address in (f"dossier/{dossier.id}", f"file/{exchange.file_ids.id}"):
            with self.subTest(address):
                answer = self.get(f"{its}/{address}")
                self.assertNotIn("attachment", str(answer.headers))
                self.assertIn("not there", answer.text)
        self.assertNotIn("The order.", self.get(its).text)

    def test_next_professional_sees_nothing_of_the_one_before(self):
        carol = self.make_professional("lawyer", "Carol Lawyer", "en", sequence=20)
        handoff = self.hand_off()
        self.enter(handoff)
        path = self.get_path(handoff)
        self.act(handoff, "ask", text="What does my secret client want?")
        self.act(handoff, "decline", reason="A conflict of interest.")
        self.assertRefused(self.get(path))
        self.run_cron("ir_cron_handoff")
        self.assertEqual(handoff.professional_id, carol)
        self.new_device()
        page = self.enter(handoff)
        self.assertIn_(page)
        self.assertNotIn("secret client", page.text)
        self.assertNotEqual(self.get_path(handoff), path)

    def test_get_changes_nothing(self):
        """Mail scanners open what they find."""
        handoff = self.hand_off()
        token = self.get_token(handoff)
        self.open_link(token)
        path = self.get_path(handoff)
        mails = self.env["mail.mail"].search_count([])
        for action in ACTIONS:
            self.assertIn(self.get(f"{path}/{action}").status_code, (404, 405))
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertFalse(self.env["dispute.invitation.device"].search([]))
        self.enter(handoff, token)
        for action in ACTIONS:
            self.assertIn(self.get(f"{path}/{action}").status_code, (404, 405))
        self.assertEqual(handoff.step_id.state, "asked")
        self.assertFalse(handoff.exchange_ids)

    def test_form_of_another_site(self):
        """Without the proof that the page shows nothing is done."""
        handoff = self.hand_off()
        self.enter(handoff)
        for proof in ("", "x", "0" * 64):
            for action in dispute_invitation_page.ACTIONS:
                with self.subTest(proof=proof, action=action):
                    page = self.act(handoff, action, proof=proof, reason="x", text="x")
                    self.assertIn_(page)
        self.assertEqual(handoff.step_id.state, "asked")
        self.assertFalse(handoff.exchange_ids)
        self.assertIn_(self.act(handoff, "leave", proof="x"))
        self.assertIn_(self.get(self.get_path(handoff)))

    def test_no_session_and_no_traces_for_others(self):
        handoff = self.hand_off()
        token = self.get_token(handoff)
        log = self.listen("werkzeug")
        answers = [
            self.open_link(token, allow_redirects=False),
            self.open_link(NOBODY),
            self.enter(handoff, token),
        ]
        self.assertNotIn(token, "".join(log))
        self.assertIn(f"{LINK_PATH}***", "".join(log))
        for answer in answers:
            with self.subTest(answer.url):
                for name, value in HEADERS.items():
                    self.assertEqual(answer.headers[name], value)
                self.assertNotIn("session_id", str(answer.headers))
                self.assertNotIn("<script", answer.text)
                for address in ADDRESS.findall(answer.text):
                    self.assertRegex(address, r"^(/|\?|#|data:,)")
        self.assertNotIn(token, answers[-1].text)
        self.assertNotIn(token, answers[-1].url)

    def listen(self, name):
        """The list of what the logger ``name`` says from now on."""
        said = []
        handler = logging.Handler()
        handler.emit = lambda record: said.append(record.getMessage())
        logging.getLogger(name).addHandler(handler)
        self.addCleanup(logging.getLogger(name).removeHandler, handler)
        return said

    def test_cookies(self):
        handoff = self.hand_off()
        self.open_link(self.get_token(handoff))
        code = self.ask_code(handoff)
        cookies = {cookie.name: cookie for cookie in self.opener.cookies}
        for name in (LINK_COOKIE, DEVICE_COOKIE):
            with self.subTest(name):
                self.assertEqual(cookies[name].path, self.get_path(handoff))
                self.assertTrue(cookies[name].has_nonstandard_attr("HttpOnly"))
                self.assertEqual(cookies[name].get_nonstandard_attr("SameSite"), "Lax")
        self.assertTrue(cookies[LINK_COOKIE].discard)
        self.assertFalse(cookies[DEVICE_COOKIE].discard)
        self.assertNotIn(
            cookies[DEVICE_COOKIE].value,
            self.env["dispute.invitation.device"].search([]).mapped("secret_hash"),
        )
        self.act(handoff, "confirm", code=code)
        self.assertEqual([each.name for each in self.opener.cookies], [DEVICE_COOKIE])
        self.assertNotEqual(
            self.opener.cookies[DEVICE_COOKIE], cookies[DEVICE_COOKIE].value
        )

    # ------------------------------------------------------------------
    # The code
    # ------------------------------------------------------------------

    def test_each_device_needs_a_code(self):
        handoff = self.hand_off()
        token = self.get_token(handoff)
        self.assertIn_(self.enter(handoff, token))
        phone = self.opener
        self.new_device()
        page = self.open_link(token)
        self.assertIn("Is it you?", page.text)
        self.assertNotIn(handoff.case_id.name, page.text)
        self.assertNotIn("Paula", page.text)
        self.assertNotIn(self.lawyer.email, page.text)
        self.assertIn_(self.enter(handoff, token))
        self.opener = phone
        self.assertIn_(self.get(self.get_path(handoff)))

    def test_code_is_kept_nowhere_and_counts_once(self):
        handoff = self.hand_off()
        self.open_link(self.get_token(handoff))
        code = self.ask_code(handoff)
        for mail in self.env["mail.mail"].search([]):
            self.assertNotIn(code, mail.body_html or "")
        for message in self.env["mail.message"].search([], order="id desc", limit=20):
            self.assertNotIn(code, message.body or "")
        before = self.opener.cookies.copy()
        self.assertIn_(self.act(handoff, "confirm", code=f" {code[:3]} {code[3:]} "))
        # the secret from before the code, seen by somebody, opens nothing
        self.opener.cookies = before
        self.opener.cookies.clear_expired_cookies()
        page = self.get(self.get_path(handoff))
        self.assertIn("Is it you?", page.text)

    def test_wrong_codes(self):
        handoff = self.hand_off()
        self.open_link(self.get_token(handoff))
        code = self.ask_code(handoff)
        for wrong in ("", "12", "abcdef", "9" * 6 if code != "9" * 6 else "8" * 6):
            page = self.act(handoff, "confirm", code=wrong)
            self.assertNotIn('class="brief"', page.text)
        self.assertIn("1 more", " ".join(re.sub("<[^>]*>", " ", page.text).split()))
        self.act(handoff, "confirm", code="000001" if code != "000001" else "000002")
        page = self.act(handoff, "confirm", code=code)
        self.assertNotIn('class="brief"', page.text)
        self.assertEqual(self.get_actions(handoff).count("wrong"), CODE_TRIES + 1)
        self.assertIn_(self.act(handoff, "confirm", code=self.ask_code(handoff)))

    def test_code_runs_out(self):
        handoff = self.hand_off()
        self.open_link(self.get_token(handoff))
        code = self.ask_code(handoff)
        later = fields.Datetime.now() + timedelta(minutes=CODE_MINUTES, seconds=1)
        with freeze_time(later):
            page = self.act(handoff, "confirm", code=code)
            self.assertNotIn('class="brief"', page.text)

    def test_code_of_another_device(self):
        handoff = self.hand_off()
        token = self.get_token(handoff)
        self.open_link(token)
        code = self.ask_code(handoff)
        self.new_device()
        self.open_link(token)
        other = self.ask_code(handoff)
        page = self.act(handoff, "confirm", code=code)
        if code != other:
            self.assertNotIn('class="brief"', page.text)

    def test_codes_are_not_sent_without_end(self):
        handoff = self.hand_off()
        token = self.get_token(handoff)
        for _time in range(CODES_AN_HOUR):
            self.new_device()
            self.open_link(token)
            self.ask_code(handoff)
        self.new_device()
        self.open_link(token)
        with self.mail_server() as server:
            page = self.act(handoff, "code")
        self.assertFalse(server.taken)
        self.assertIn("several codes", page.text)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=61)):
            self.assertTrue(self.ask_code(handoff))

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_mail_server_is_down(self):
        handoff = self.hand_off()
        self.open_link(self.get_token(handoff))
        with self.mail_server(error=OSError("down")):
            page = self.act(handoff, "code")
        self.assertIn("could not be sent", page.text)
        self.assertEqual(self.get_actions(handoff)[-1], "unsent")
        self.assertIn_(self.act(handoff, "confirm", code=self.ask_code(handoff)))

    def test_signing_out(self):
        handoff = self.hand_off()
        token = self.get_token(handoff)
        self.enter(handoff, token)
        before = self.opener.cookies.copy()
        self.assertIn("forgotten", self.act(handoff, "leave").text)
        self.assertRefused(self.get(self.get_path(handoff)))
        self.opener.cookies = before
        self.assertRefused(self.get(self.get_path(handoff)))
        self.assertIn("Is it you?", self.open_link(token).text)

    # ------------------------------------------------------------------
    # Who guesses
    # ------------------------------------------------------------------

    def test_guessing_is_slowed_down(self):
        handoff = self.hand_off()
        token = self.get_token(handoff)
        self.enter(handoff, token)
        known = self.opener
        for number in range(REFUSED_MOST + 5):
            self.new_device()
            self.assertRefused(self.open_link(f"{number:043}"))
        refusals = self.env["dispute.invitation.refusal"]
        self.assertEqual(refusals.search_count([]), REFUSED_MOST)
        self.new_device()
        self.assertRefused(self.open_link(token))
        # who is known already is not locked out by others of his network
        self.opener = known
        self.assertIn_(self.get(self.get_path(handoff)))
        later = fields.Datetime.now() + timedelta(minutes=REFUSED_MINUTES, seconds=5)
        with freeze_time(later):
            self.new_device()
            self.assertIn("Is it you?", self.open_link(token).text)

    # ------------------------------------------------------------------
    # What can be done
    # ------------------------------------------------------------------

    def test_way_through(self):
        handoff = self.hand_off()
        page = self.enter(handoff)
        self.assertIn("Please confirm that you have this", page.text)
        self.assertIn(handoff.case_id.name, page.text)
        self.act(handoff, "acknowledge")
        self.assertEqual(handoff.state, "acknowledged")
        self.assertIn(self.lawyer.partner_id, handoff.message_ids.author_id)
        page = self.act(handoff, "acknowledge")
        self.assertIn("not possible any more", page.text)
        self.act(handoff, "accept")
        self.assertEqual(handoff.state, "accepted")
        page = self.act(
            handoff, "outcome", outcome="settled", words="Half back", amount="1 200,5"
        )
        self.assertIn("Thank you", page.text)
        self.assertEqual(handoff.state, "done")
        self.assertEqual(handoff.outcome_kind, "settled")
        self.assertEqual(handoff.invoice_amount, 1200.5)
        self.assertRefused(self.get(self.get_path(handoff)))
        self.assertEqual(
            [each for each in self.get_actions(handoff) if each != "page"],
            ["link", "code", "confirmed", "acknowledged", "accepted", "outcome"],
        )
        visit = self.env["dispute.invitation.access"].search([], limit=1)
        self.assertEqual(visit.address, "127.0.0.1")
        self.assertIn("python-requests", visit.agent)

    def test_words_that_are_missing(self):
        """Table of (action, what is entered): it is said what is missing."""
        handoff = self.hand_off()
        self.enter(handoff)
        self.act(handoff, "accept")
        fine = {"outcome": "settled", "words": "Paid."}
        for action, entered, words in (
            ("decline", {"reason": "  "}, "in a few words why"),
            ("ask", {"text": ""}, "write your question"),
            ("ask", {"text": "x" * 20001}, "too long"),
            ("upload", {}, "choose a file"),
            ("outcome", {**fine, "outcome": ""}, "how the matter ended"),
            ("outcome", {**fine, "outcome": "nonsense"}, "how the matter ended"),
            ("outcome", {**fine, "words": " "}, "few words how it ended"),
            ("outcome", {**fine, "amount": "a lot"}, "as a number"),
            ("outcome", {**fine, "amount": "-5"}, "as a number"),
            ("outcome", {**fine, "amount": "nan"}, "as a number"),
            ("outcome", {**fine, "amount": "1e30"}, "as a number"),
        ):
            with self.subTest(action=action, entered=str(entered)[:60]):
                page = self.act(handoff, action, **entered)
                self.assertIn(words, page.text)
                self.assertIn('role="alert"', page.text)
        self.assertEqual(handoff.state, "accepted")
        self.assertFalse(handoff.exchange_ids)
        page = self.act(handoff, "outcome", outcome="", words="We <b>settled</b>")
        self.assertIn("We &lt;b&gt;settled&lt;/b&gt;", page.text)

    def test_question(self):
        handoff = self.hand_off()
        self.enter(handoff)
        text = "Who signed?\n\nAnd <img src=x onerror=alert(1)> when?"
        page = self.act(handoff, "ask", text=text)
        self.assertIn("&lt;img src=x", page.text)
        exchange = handoff.exchange_ids
        self.assertEqual(exchange.body, text)
        self.assertEqual(exchange.author, "Alice Lawyer")
        activity = handoff.activity_search(
            ["dispute_guard.mail_activity_type_exchange"]
        )
        self.assertEqual(activity.user_id, handoff._get_follower())
        self.assertIn("&lt;img", activity.note)
        # who opens the handoff is shown who planned it
        creator = activity.create_uid.with_user(self.supervisor)
        self.assertTrue(creator.has_access("read"))
        # that he asked is part of the history, what he asked is not
        rows = self.env["dispute.timeline"].search(
            [("case_id", "=", handoff.case_id.id), ("who", "=", "Alice Lawyer")]
        )
        self.assertIn("The professional wrote to us", rows.mapped("words"))
        self.assertNotIn("Who signed", str(rows.mapped("words")))
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "handoff"), ("content", "=", text)]
        )
        details = evidence._get_record()["details"]
        self.assertEqual(details["address"], "127.0.0.1")
        self.assertEqual(details["professional"], "Alice Lawyer")

    def test_costs_the_same_with_many_questions(self):
        handoff = self.hand_off()
        self.enter(handoff)
        invitation = self.get_invitation(handoff)
        costs = []
        for _time in range(2):
            for number in range(5):
                self.env["dispute.handoff.exchange"]._say(
                    handoff.step_id,
                    "professional",
                    "Alice Lawyer",
                    f"Question {number}",
                    [{"name": "a.txt", "mimetype": "text/plain", "data": b"a"}],
                )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            exchanges = invitation._prepare_page_values()["exchanges"]
            self.assertTrue(all(each.file_ids.mapped("name") for each in exchanges))
            costs.append(self.cr.sql_log_count - before)
        self.assertEqual(*costs)

    def test_files(self):
        handoff = self.hand_off()
        self.enter(handoff)
        data = b"<script>alert(1)</script>"
        page = self.act(
            handoff,
            "upload",
            text="The draft",
            files=[("files", ("../../dr\u202eaft.html", data, "text/html"))],
        )
        self.assertIn("we have", page.text)
        file = handoff.exchange_ids.file_ids
        self.assertEqual(file.sha256, sha256_hex(data))
        self.assertNotIn("/", file.name)
        self.assertNotIn("\u202e", file.name)
        self.assertTrue(file.with_user(self.agent_team).has_access("read"))
        self.assertFalse(file.with_user(self.foreigner).has_access("read"))
        answer = self.get(f"{self.get_path(handoff)}/file/{file.id}")
        self.assertEqual(answer.content, data)
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(self.get_actions(handoff)[-1], "downloaded")
        evidence = self.env["dispute.evidence"].search(
            [("kind", "=", "handoff"), ("content", "=", "The draft")]
        )
        self.assertEqual(
            [each["sha256"] for each in evidence._get_record()["files"]], [file.sha256]
        )

    def test_files_that_are_not_taken(self):
        handoff = self.hand_off()
        self.enter(handoff)
        self.patch(dispute_invitation_page, "LARGEST_FILE", 1 << 20)
        for name, files, words in (
            ("large", [("files", ("a.pdf", b"x" * ((1 << 20) + 1)))], "larger than"),
            ("empty", [("files", ("a.pdf", b""))], "is empty"),
            ("many", [("files", (f"{n}.pdf", b"x")) for n in range(11)], "at most 10"),
        ):
            with self.subTest(name):
                page = self.act(handoff, "upload", files=files)
                self.assertIn(words, page.text)
        self.assertFalse(handoff.exchange_ids)

    def test_not_without_end(self):
        handoff = self.hand_off()
        self.enter(handoff)
        self.patch(dispute_invitation_page, "MOST_SAID_A_DAY", 1)
        self.act(handoff, "ask", text="One")
        page = self.act(handoff, "ask", text="Two")
        self.assertIn("a lot for one day", page.text)
        self.assertEqual(len(handoff.exchange_ids), 1)

    def test_dossier(self):
        handoff = self.hand_off()
        self.enter(handoff)
        page = self.act(handoff, "dossier")
        self.assertIn("is being", page.text)
        self.act(handoff, "dossier")
        dossier = self.env["dispute.dossier"].search(
            [("case_id", "=", handoff.case_id.id)]
        )
        self.assertEqual(len(dossier), 1)
        self.assertEqual(dossier.cut, "counsel")
        self.assertEqual(dossier.user_id, handoff._get_follower())
        address = f"{self.get_path(handoff)}/dossier/{dossier.id}"
        self.assertIn("not there", self.get(address).text)
        self.env.flush_all()
        self.run_cron("ir_cron_dossier")
        self.assertEqual(dossier.state, "ready", dossier.problems)
        answer = self.get(address)
        self.assertEqual(sha256_hex(answer.content), dossier.sha256)
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(self.get_actions(handoff)[-1], "downloaded")

    def test_dossiers_of_a_mediator(self):
        """He gets the set that our side made for others, and no more."""
        handoff = self.hand_off()
        at_work(handoff).write({"role": "mediator"})
        dossiers = self.env["dispute.dossier"].create(
            [
                {"case_id": handoff.case_id.id, "cut": cut, "lang": "en_US"}
                for cut in ("counsel", "disclosure")
            ]
        )
        dossiers.action_build()
        self.env.flush_all()
        self.run_cron("ir_cron_dossier")
        self.assertEqual(set(dossiers.mapped("state")), {"ready"})
        self.enter(handoff)
        page = self.act(handoff, "dossier")
        self.assertIn("ask us for the documents", page.text)
        full, others = dossiers
        path = self.get_path(handoff)
        self.assertIn("not there", self.get(f"{path}/dossier/{full.id}").text)
        answer = self.get(f"{path}/dossier/{others.id}")
        self.assertEqual(sha256_hex(answer.content), others.sha256)

    def test_no_dossier_for_security(self):
        self.make_professional("security", "Sam Security")
        handoffs = self.hand_off(PHYSICAL, Subject="Threat")
        handoff = handoffs.filtered(lambda handoff: handoff.role == "security")
        self.assertTrue(handoff)
        self.enter(handoff)
        page = self.act(handoff, "dossier")
        self.assertIn("ask us for the documents", page.text)
        self.assertFalse(self.env["dispute.dossier"].search([]))

    def test_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env["res.lang"]._activate_lang("lv_LV")
        self.lawyer.partner_id.lang = "ru_RU"
        handoff = self.hand_off()
        self.send_queue(handoff)
        handoff.with_user(self.supervisor).action_send_link()
        self.assertIn('<html lang="ru-RU"', self.enter(handoff).text)
        path = self.get_path(handoff)
        self.assertIn('<html lang="lv-LV"', self.get(f"{path}?lang=lv_LV").text)
        self.assertIn('<html lang="lv-LV"', self.get(path).text)
        for nonsense in ("xx_XX", "../etc", ""):
            page = self.get(f"{path}?lang={nonsense}")
            self.assertIn('<html lang="lv-LV"', page.text)
        self.new_device()
        refused = self.get(
            PAGE_PATH + "nonsense", headers={"Accept-Language": "lv,en;q=0.5"}
        )
        self.assertIn('<html lang="lv-LV"', refused.text)
