"""The mails of the demo, poured through the gateway as the demo pours them."""

import json
from pathlib import Path

from odoo.tests import tagged

from .common import DisputeCommon

DEMO = Path(__file__).parent.parent / "demo"
MAILS = DEMO / "mails"


@tagged("post_install", "-at_install")
class TestDemoMails(DisputeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Without demo data nobody listens at the address of the demo company.
        domain = cls.env["mail.alias.domain"].search(
            [("name", "=", "amber-hearth.example.com")]
        ) or cls.env["mail.alias.domain"].create({"name": "amber-hearth.example.com"})
        known = cls.env["mail.alias"].search(
            [("alias_name", "=", "support"), ("alias_domain_id", "=", domain.id)]
        )
        if not known:
            cls.team.write({"alias_name": "support", "alias_domain_id": domain.id})
        cls.keep_lawyer()
        cls.expected = json.loads((MAILS / "expected.json").read_text("utf-8"))
        cls.poured = {name: cls.pour(name) for name in cls.get_order()}

    @classmethod
    def keep_lawyer(cls):
        """Without demo data nobody knows the demo company's own lawyer."""
        address = "eleanor@whitcombe-hale.example.com"
        lawyers = cls.env["dispute.professional"]
        if not lawyers.search([("partner_id.email", "=", address)]):
            cls.make_professional(
                "lawyer", "Eleanor", company_id=False, partner={"email": address}
            )

    @classmethod
    def get_order(cls):
        story = json.loads((DEMO / "story.json").read_text("utf-8"))
        told = [step["mail"] for step in story["steps"] if "mail" in step]
        return told + sorted(set(cls.expected) - set(told))

    @classmethod
    def pour(cls, name):
        """Deliver a mail; return the row that keeps it."""
        rows = cls.env["dispute.inbound"]
        before = rows.search([], limit=1).id or 0
        cls.env["mail.thread"].message_process(None, (MAILS / name).read_bytes())
        return rows.search([("id", ">", before), ("raw", "!=", False)])

    def test_every_mail_is_told_and_expected(self):
        files = {path.name for path in MAILS.glob("*.eml")}
        self.assertEqual(files, set(self.expected))
        self.assertEqual(set(self.get_order()), files)
        self.assertGreaterEqual(len(files), 24)

    def test_each_mail_is_understood(self):
        for name, wanted in self.expected.items():
            with self.subTest(name):
                row = self.poured[name]
                if "speaker" in wanted:
                    self.assertEqual(row.speaker, wanted["speaker"])
                if wanted["level"] == "skipped":
                    self.assertNotIn("screened", row.mapped("state"))
                    self.assertFalse(row.signal_ids)
                    continue
                self.assertEqual(len(row), 1)
                self.assertEqual(row.level, wanted["level"])
                self.assertEqual(row.language, wanted["language"])
                live = row.signal_ids.filtered(lambda signal: signal.state == "open")
                gravest = live.sorted(lambda signal: signal._get_gravity())
                found = {signal.kind: signal.grade or "" for signal in gravest}
                self.assertEqual(found, wanted["kinds"])

    def test_quotes_are_verbatim(self):
        def flat(text):
            return " ".join((text or "").split())

        for name, wanted in self.expected.items():
            quotes = flat(" ".join(self.poured[name].signal_ids.mapped("quote")))
            for quote in wanted["quotes"]:
                with self.subTest(name, quote=quote):
                    self.assertIn(flat(quote), quotes)
