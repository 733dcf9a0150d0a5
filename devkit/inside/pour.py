"""Tell the demo's story to a database, through Odoo's own mail gateway.

Runs in the environment, with Odoo: pour.py CONFIG DATABASE STORY_FOLDER FACTS_FILE URL.
Mails go raw through `message_process`, as a mail server hands them over, at the time
that their Date header says; after each step the scheduled actions that were triggered
run, so handoffs and answers really leave through the outgoing queue.
"""

import contextlib
import email
import email.policy
import email.utils
import hashlib
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import freezegun
from acts import Acts

import odoo.api
import odoo.modules.registry
import odoo.sql_db
import odoo.tools

# Scheduled actions start this long after what triggered them.
CRON_DELAY = timedelta(minutes=1)
# These look for what is due every few minutes; the others run once, at the end.
WATCHING = ("ir_cron_handoff_sweep", "ir_cron_clock")


class Teller:
    """Carries out the steps of a story and notes what came of each mail.

    :param env: Odoo environment of the superuser
    :param folder: folder with story.json and mails/
    :param clock: freezegun's frozen time
    """

    def __init__(self, env, folder, clock):
        self.env, self.folder, self.clock = env, folder, clock
        self.end = datetime.now(UTC).replace(tzinfo=None)
        self.tickets = {}
        self.acts = Acts(env, self.tickets)
        self.facts = []

    def tell(self, story):
        for step in story["steps"]:
            kind, name = next(iter(step.items()))
            raw = (self.folder / "mails" / name).read_bytes()
            self.wait(moment_of(raw) if kind == "mail" else step.get("date"))
            if kind == "mail":
                self.pour(name, raw)
            else:
                self.acts.act(kind, step)
                self.run_triggered()
        self.catch_up()

    def catch_up(self):
        """Run our scheduled actions once, as the scheduler would have done."""
        for data in self.env["ir.model.data"].search(
            [("module", "=", "dispute_guard"), ("model", "=", "ir.cron")]
        ):
            self.env["ir.cron"].browse(data.res_id).method_direct_trigger()
        self.env.cr.commit()

    def wait(self, moment):
        """Let the time pass until a moment; go on with what has become due."""
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
        if moment:
            self.set_clock(moment - CRON_DELAY)
        for name in WATCHING:
            self.env.ref(f"dispute_guard.{name}").method_direct_trigger()
        self.run_triggered()
        if moment:
            self.set_clock(moment)

    def set_clock(self, moment):
        """Go to a moment, never back and never into the future."""
        self.clock.move_to(min(max(moment, datetime.now()), self.end))

    def pour(self, name, raw):
        self.env["mail.thread"].message_process(None, raw)
        self.run_triggered()
        self.note(name, raw)

    def run_triggered(self):
        """Run the scheduled actions that were asked for, as the scheduler would."""
        self.env.cr.commit()
        self.set_clock(datetime.now() + CRON_DELAY)
        triggers = self.env["ir.cron.trigger"].search([])
        crons = triggers.cron_id
        triggers.unlink()
        self.env.cr.commit()
        for cron in crons:
            cron.method_direct_trigger()
            # it works in a transaction of its own, of which this one has to know
            self.env.cr.commit()
            self.env.invalidate_all()
        self.env["mail.mail"].process_email_queue()
        self.env.cr.commit()
        self.env.invalidate_all()

    def note(self, name, raw):
        """Note what became of a mail; the keys are those of `./dev demo --json`."""
        digest = hashlib.sha256(raw).hexdigest()
        inbound = self.env["dispute.inbound"].search(
            [("raw_sha256", "=", digest)], limit=1
        )
        ticket = inbound.ticket_id
        case = ticket.dispute_case_id
        live = inbound.signal_ids.filtered(lambda s: s.state in ("open", "confirmed"))
        self.tickets[name] = ticket
        self.facts.append(
            {
                "file": name,
                "ticket": ticket.number or None,
                "language": inbound.language or None,
                "level": inbound.level or inbound.state or "no ticket",
                "quotes": list(dict.fromkeys(live.sorted("id").mapped("quote"))),
                "case": case.name or None,
                "handoff": [handoff_words(one) for one in case.handoff_ids] or None,
            }
        )


def handoff_words(handoff):
    """A handoff in words: role and professional."""
    name = handoff.professional_id.partner_id.name
    return f"{handoff.role}: {name or 'nobody found'}"


def moment_of(raw):
    """The time of a mail by its Date header (naive UTC), or None."""
    header = email.message_from_bytes(raw, policy=email.policy.compat32)["Date"]
    try:
        moment = email.utils.parsedate_to_datetime(str(header))
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


@contextlib.contextmanager
def travelling_clock(start):
    """Let Python and Odoo's cursors live at another time; yields freezegun's handle."""
    original = odoo.sql_db.Cursor.now
    with freezegun.freeze_time(start) as clock:
        odoo.sql_db.Cursor.now = lambda cursor: datetime.now()
        try:
            yield clock
        finally:
            odoo.sql_db.Cursor.now = original


def main(config, database, folder, facts_file, url):
    folder = Path(folder)
    story = json.loads((folder / "story.json").read_text(encoding="utf-8"))
    odoo.tools.config.parse_config(["-c", config, "-d", database])
    registry = odoo.modules.registry.Registry(database)
    first = next(step["mail"] for step in story["steps"] if "mail" in step)
    start = moment_of((folder / "mails" / first).read_bytes())
    with registry.cursor() as cr:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        env["ir.config_parameter"].set_param("web.base.url", url)
        teller = Teller(env, folder, None)
        with travelling_clock(start - CRON_DELAY) as clock:
            teller.clock = clock
            teller.tell(story)
    text = json.dumps(teller.facts, indent=1, ensure_ascii=False)
    Path(facts_file).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
