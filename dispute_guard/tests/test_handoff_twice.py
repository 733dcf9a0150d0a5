"""The scheduled actions at once, on connections of their own."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from odoo.addons.base.models.ir_cron import IrCron


@tagged("post_install", "-at_install")
class TestTwice(TransactionCase):
    """What other connections see has to be committed, so it is put in by SQL, past
    what else a dispute would bring along, and taken out again at the end."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.clear)
        with self.connect() as cr:
            self.case_id = self.insert(
                cr,
                "dispute_case",
                name="D-TWICE",
                title="Twice",
                company_id=1,
                rung="discuss",
                level="calm",
                opened_at="2020-01-01",
            )
            people = [self.insert_person(cr, name) for name in ("Ann", "Ben")]
            self.handoff_id = self.insert(
                cr,
                "dispute_handoff",
                case_id=self.case_id,
                company_id=1,
                role="lawyer",
                state="sent",
                professional_id=people[0],
                brief="<p>Brief</p>",
                brief_sha256="0" * 64,
                sent_at="2020-01-01",
                deadline="2020-01-02",
                due_at="2020-01-02",
            )
            steps = [
                self.insert(
                    cr,
                    "dispute_handoff_step",
                    handoff_id=self.handoff_id,
                    company_id=1,
                    sequence=place,
                    professional_id=person,
                    name=f"Person {place}",
                    hours=4,
                    state=state,
                )
                for place, (person, state) in enumerate(
                    zip(people, ("asked", "waiting"), strict=True), 1
                )
            ]
            self.update(cr, step_id=steps[0])
            cr.commit()  # pylint: disable=invalid-commit; the other must see it

    @contextmanager
    def connect(self):
        with db_connect(self.env.cr.dbname).cursor() as cr:
            yield cr
            cr.rollback()

    def insert(self, cr, table, **values):
        cr.execute(
            SQL(
                "INSERT INTO %s (%s) VALUES %s RETURNING id",
                SQL.identifier(table),
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )
        return cr.fetchone()[0]

    def insert_person(self, cr, name):
        partner = self.insert(
            cr,
            "res_partner",
            name=f"{name} Twice",
            email=f"{name.lower()}@twice.example.com",
            email_normalized=f"{name.lower()}@twice.example.com",
            active=True,
        )
        cr.execute(
            "UPDATE res_partner SET commercial_partner_id = id WHERE id = %s", [partner]
        )
        return self.insert(
            cr,
            "dispute_professional",
            partner_id=partner,
            role="lawyer",
            active=True,
            acknowledge_hours=4,
        )

    def update(self, cr, **values):
        cr.execute(
            SQL(
                "UPDATE dispute_handoff SET %s WHERE id = %s",
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value)
                    for name, value in values.items()
                ),
                self.handoff_id,
            )
        )

    def clear(self):
        with self.connect() as cr:
            cr.execute(
                """
                ALTER TABLE dispute_handoff_step DISABLE TRIGGER USER;
                UPDATE dispute_handoff SET step_id = NULL WHERE case_id IN (
                    SELECT id FROM dispute_case WHERE name = 'D-TWICE');
                DELETE FROM dispute_handoff_step WHERE handoff_id IN (
                    SELECT handoff.id FROM dispute_handoff handoff
                    JOIN dispute_case ON dispute_case.id = handoff.case_id
                    WHERE dispute_case.name = 'D-TWICE');
                DELETE FROM dispute_handoff WHERE case_id IN (
                    SELECT id FROM dispute_case WHERE name = 'D-TWICE');
                DELETE FROM dispute_case WHERE name = 'D-TWICE';
                DELETE FROM dispute_professional WHERE partner_id IN (
                    SELECT id FROM res_partner WHERE email LIKE '%@twice.example.com');
                DELETE FROM res_partner WHERE email LIKE '%@twice.example.com';
                ALTER TABLE dispute_handoff_step ENABLE TRIGGER USER;
                """
            )
            cr.commit()  # pylint: disable=invalid-commit; the other must see it

    # ------------------------------------------------------------------

    def work(self, cr, method, between=None):
        """Run a scheduled action on ``cr`` without committing; return the handoff.

        :param between: function that is called after the search, before the work
        """
        env = api.Environment(cr, SUPERUSER_ID, {})

        def commit(_cron, processed=0, **_kwargs):
            if not processed and between:
                between()
            return float("inf")

        with patch.object(IrCron, "_commit_progress", commit):
            getattr(env["dispute.handoff"], method)()
        env.flush_all()
        return env["dispute.handoff"].browse(self.handoff_id)

    def count(self, cr, table, where):
        cr.execute(f"SELECT COUNT(*) FROM {table} WHERE {where}")
        return cr.fetchone()[0]

    def count_evidence(self, cr):
        return self.count(
            cr, "dispute_evidence", "kind = 'handoff' AND canonical LIKE '%D-TWICE%'"
        )

    def test_two_sweeps_at_once(self):
        with self.connect() as one, self.connect() as other:
            first = self.work(one, "_cron_sweep")
            second = self.work(other, "_cron_sweep")
            self.assertEqual(first.state, "to_send")
            self.assertEqual(self.count_evidence(one), 1)
            self.assertEqual(second.state, "sent")
            self.assertEqual(self.count_evidence(other), 0)

    def test_two_sendings_at_once(self):
        with self.connect() as cr:
            self.update(cr, state="to_send", step_id=None, due_at=None)
            cr.execute(
                "UPDATE dispute_handoff_step SET state = 'waiting' "
                "WHERE handoff_id = %s",
                [self.handoff_id],
            )
            cr.commit()  # pylint: disable=invalid-commit; the other must see it
        with self.connect() as one, self.connect() as other:
            first = self.work(one, "_cron_dispatch")
            second = self.work(other, "_cron_dispatch")
            self.assertEqual(first.state, "sent")
            self.assertEqual(second.state, "to_send")
            mails = "subject LIKE 'D-TWICE%'"
            self.assertEqual(self.count(one, "mail_message", mails), 1)
            self.assertEqual(self.count(other, "mail_message", mails), 0)

    def test_one_that_ends_while_the_other_begins(self):
        """The second one saw the handoff as due, but it was moved meanwhile."""

        def overtake():
            with self.connect() as cr:
                self.update(cr, state="acknowledged", due_at=None)
                cr.commit()  # pylint: disable=invalid-commit; the other must see it

        with self.connect() as other:
            handoff = self.work(other, "_cron_sweep", between=overtake)
            handoff.invalidate_recordset()
            self.assertEqual(handoff.state, "acknowledged")
            self.assertEqual(self.count_evidence(other), 0)
