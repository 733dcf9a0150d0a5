"""Taking the phrase book out as lexicon files, and in again."""

import base64
import io
import zipfile

import tomllib

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common_phrase_book import FOUND, FOUND_TOO, LEFT_ALONE, PHRASE, PhraseCommon

FILE = """
[[rule]]
id = "book.en.insurers"
about = "inform my insurers"
grade = "announced"
patterns = ["inform ..3 insurers"]
yes = ["I will inform my insurers."]
no = ["I have no insurers."]
"""


@tagged("post_install", "-at_install")
class TestPhraseBookTransfer(PhraseCommon):
    def export(self, rules):
        action = rules.action_export()
        _empty, _web, _content, model, res_id, *_rest = action["url"].split("/")
        self.assertEqual(model, "dispute.screening.transfer")
        return base64.b64decode(self.env[model].browse(int(res_id)).file)

    def open_import(self, data, user=None, **values):
        transfer = (
            self.env["dispute.screening.transfer"]
            .with_user(user or self.manager)
            .create({"file": base64.b64encode(data), **values})
        )
        transfer.action_read()
        return transfer

    def outcomes(self, transfer):
        return sorted((line.name, line.action) for line in transfer.line_ids)

    def pack(self, **files):
        """A zip; ``__`` in names stands for the folder's slash."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, text in files.items():
                archive.writestr(name.replace("__", "/") + ".toml", text)
        return packed.getvalue()

    # ------------------------------------------------------------------
    # Out
    # ------------------------------------------------------------------

    def test_export_has_the_format_of_the_lexicons(self):
        rule = self.make_rule(should_find=FOUND_TOO, should_leave=LEFT_ALONE)
        tense = self.make_rule(
            "ziņošu apdrošinātājam", language="lv", kind="pressure", grade=False
        )
        with zipfile.ZipFile(io.BytesIO(self.export(rule | tense))) as archive:
            self.assertEqual(
                sorted(archive.namelist()), ["en/legal_threat.toml", "lv/pressure.toml"]
            )
            table = tomllib.loads(archive.read("en/legal_threat.toml").decode())
        [shown] = table["rule"]
        self.assertEqual(shown["id"], rule.rule)
        self.assertEqual(shown["grade"], "announced")
        self.assertEqual(shown["patterns"], rule.patterns.splitlines())
        self.assertEqual(shown["yes"], [PHRASE, FOUND_TOO])
        self.assertEqual(shown["no"], [LEFT_ALONE])

    def test_export_without_choice_takes_all_own(self):
        for phrase in (PHRASE, "wake the carnival club"):
            self.make_rule(phrase)
        book = self.env["dispute.screening.rule"].with_user(self.manager)
        data = self.export(book)
        self.assertEqual(
            self.outcomes(self.open_import(data)),
            [(PHRASE, "same"), ("wake the carnival club", "same")],
        )

    def test_nothing_to_export(self):
        shipped = self.env["dispute.screening.rule"].search(
            [("origin", "=", "lexicon")], limit=1
        )
        with self.assertRaises(UserError):
            shipped.with_user(self.manager).action_export()

    # ------------------------------------------------------------------
    # In
    # ------------------------------------------------------------------

    def test_a_book_goes_out_and_in_unchanged(self):
        rule = self.make_rule(
            f"{PHRASE}\nwake the carnival club",
            should_find=FOUND_TOO,
            should_leave=LEFT_ALONE,
            confidence=0.8,
        )
        names = [
            "name", "phrase", "patterns", "kind", "grade", "language", "confidence",
            "should_find", "should_leave", "rule",
        ]  # fmt: skip
        [before] = rule.read(names)
        data = self.export(rule)
        rule.unlink()
        transfer = self.open_import(data)
        self.assertEqual(self.outcomes(transfer), [(PHRASE, "new")])
        self.assertFalse(
            self.env["dispute.screening.rule"].search([("phrase", "like", PHRASE)])
        )
        transfer.action_import()
        new = self.env["dispute.screening.rule"].search([("phrase", "like", PHRASE)])
        [after] = new.read(names)
        before.pop("id"), after.pop("id")
        self.assertEqual(after, before)
        self.assertEqual(new.state, "draft")
        self.assertFalse(new.tried_at)
        self.assertEqual(new.user_id, self.manager)
        self.assertEqual(self.export(new), data)

    def test_a_linguists_file(self):
        transfer = self.open_import(
            FILE.encode(), file_name="mine.toml", language="en", kind="legal_threat"
        )
        transfer.action_import()
        rule = self.env["dispute.screening.rule"].search(
            [("rule", "=", "book.en.insurers")]
        )
        self.assertEqual(rule.patterns, "inform ..3 insurers")
        self.assertFalse(rule.phrase)
        self.assertEqual(rule.name, "inform my insurers")
        rule.action_try()
        rule.action_switch_on()
        self.assertEqual(self.write_in(FOUND).dispute_level, "legal")

    def test_changed_words(self):
        rule = self.make_rule()
        data = self.export(rule)
        rule.phrase = "wake the carnival club"
        rule.action_try()
        transfer = self.open_import(data)
        self.assertEqual(transfer.line_ids.action, "changed")
        self.assertIn("Phrase", transfer.line_ids.reason)
        transfer.action_import()
        self.assertEqual(rule.phrase, PHRASE)
        self.assertFalse(rule.tried_at)

    def test_a_rule_at_work_is_not_changed(self):
        rule = self.make_rule()
        data = self.export(rule)
        rule.phrase = "wake the carnival club"
        rule.action_try()
        rule.action_switch_on()
        transfer = self.open_import(data)
        self.assertEqual(transfer.line_ids.action, "refused")
        self.assertIn("draft first", transfer.line_ids.reason)
        with self.assertRaisesRegex(UserError, "draft first"):
            transfer.action_import()
        self.assertEqual(rule.phrase, "wake the carnival club")
        self.assertEqual(rule.state, "live")

    def test_the_same_words_under_another_id(self):
        rule = self.make_rule()
        data = self.export(rule)
        rule.unlink()
        self.make_rule()
        self.assertEqual(self.open_import(data).line_ids.action, "same")

    def test_bad_rules_are_named_and_nothing_half_done(self):
        bad = FILE.replace('insurers"\nabout', 'other"\nabout').replace(
            "inform ..3 insurers", "NOSUCHTHING insurers"
        )
        transfer = self.open_import(self.pack(en__legal_threat=FILE + bad))
        self.assertEqual(sorted(transfer.line_ids.mapped("action")), ["new", "refused"])
        self.assertEqual((transfer.wanted_count, transfer.refused_count), (1, 1))
        refused = transfer.line_ids.filtered(lambda line: line.action == "refused")
        self.assertIn("NOSUCHTHING", refused.reason)
        with self.assertRaisesRegex(UserError, "NOSUCHTHING"):
            transfer.action_import()
        book = self.env["dispute.screening.rule"]
        self.assertFalse(book.search([("origin", "=", "phrase")]))
        transfer.leave_refused = True
        transfer.action_import()
        self.assertEqual(
            book.search([("origin", "=", "phrase")]).rule, "book.en.insurers"
        )

    def test_unreadable_files(self):
        for data, values in (
            (b"not a zip", {}),
            (b"", {}),
            (b"not = toml = at all", {"language": "en", "kind": "pressure"}),
            (b"\xff\xfe\x00", {"language": "en", "kind": "pressure"}),
            (self.pack(en__legal_threat=FILE)[:-30], {}),
        ):
            with self.subTest(data=data[:12]), self.assertRaises(UserError):
                self.open_import(data, **values)

    def test_strange_names_in_a_zip(self):
        for name in ("..__..__etc__passwd", "en__..__ru__pressure", "xx__pressure"):
            with self.subTest(name):
                data = self.pack(**{name: FILE})
                try:
                    actions = self.open_import(data).line_ids.mapped("action")
                except UserError:
                    continue
                self.assertEqual(set(actions), {"refused"})

    def test_a_phrase_of_another_company(self):
        rule = self.make_rule(company_id=self.company.id)
        data = self.export(rule)
        transfer = self.open_import(data, user=self.foreigner)
        self.assertEqual(transfer.line_ids.action, "refused")

    def test_words_of_another_company_are_not_told(self):
        rule = self.make_rule()
        data = self.export(rule)
        rule.unlink()
        self.make_rule(company_id=self.company.id)
        transfer = self.open_import(data, user=self.foreigner)
        self.assertEqual(transfer.line_ids.action, "new")

    def test_supervisors_import_nothing(self):
        with self.assertRaises(AccessError):
            self.open_import(FILE.encode(), user=self.supervisor)


@tagged("post_install", "-at_install")
class TestPhraseBookDownload(HttpCase, PhraseCommon):
    def test_download(self):
        action = self.make_rule().action_export()
        self.authenticate(self.manager.login, self.manager.login)
        answer = self.url_open(action["url"])
        self.assertEqual(answer.status_code, 200)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            self.assertEqual(archive.namelist(), ["en/legal_threat.toml"])
        self.authenticate(self.foreigner.login, self.foreigner.login)
        self.assertNotEqual(self.url_open(action["url"]).status_code, 200)
