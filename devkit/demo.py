"""`./dev demo`: a database in which the story of the demo mails has happened."""

import json
import shutil
import textwrap

from . import odoo, outbox, paths, steps, story
from .errors import Failure
from .process import log_path, run

WIDEST_QUOTE = 58


def run_demo(options, prepare):
    """Make the demo database, show what happened, serve it; return an exit code."""
    odoo.check_name(options.db)
    if "dispute_guard" not in paths.present_addons():
        raise Failure(
            "cannot run the demo", "dispute_guard is missing", "Check the checkout."
        )
    told = story.load(paths.ADDON / "demo")
    server = prepare(options)
    if not options.no_serve:
        odoo.need_port(options.port)
    facts_file = paths.STATE / f"facts-{options.db}.json"
    # The facts are the last thing that is written: without them the story was cut off.
    kept = options.keep and options.db in server.databases() and facts_file.exists()
    with outbox.running(empty=not kept) as smtp_port:
        if not kept:
            steps.say("\nDemo")
            odoo.prepare_database(server, options.db, paths.present_addons())
        config = odoo.write_config(
            server, options.db, http_port=options.port, smtp_port=smtp_port
        )
        if not kept:
            pour(config, options, told, facts_file)
        facts = json.loads(facts_file.read_text(encoding="utf-8"))
        print_table(facts)
        if options.json:
            shutil.copyfile(facts_file, options.json)
        print_logins(told, options)
        if options.no_serve:
            return 0
        config = odoo.write_config(
            server,
            options.db,
            http_port=options.port,
            smtp_port=smtp_port,
            max_cron_threads=1,
        )
        return odoo.serve(config)


def address(options):
    return f"http://127.0.0.1:{options.port}"


def pour(config, options, told, facts_file):
    """Tell the story to the database; its facts go to `facts_file`."""
    mails = sum("mail" in step for step in told["steps"])
    name = f"pour-{options.db}"
    log_path(name).unlink(missing_ok=True)
    facts_file.unlink(missing_ok=True)
    with steps.progress(f"Story ({mails} mails through the gateway)"):
        run(
            [paths.venv_python(), paths.INSIDE / "pour.py", config, options.db]
            + [paths.ADDON / "demo", facts_file, address(options)],
            what="cannot tell the demo's story",
            log=name,
            env=odoo.environment(),
            mend="Mend the addon and run the same command again.",
        )


def print_table(facts):
    """Print one line a mail: where it went and what was seen in it."""
    rows = [("mail", "ticket", "lang", "level", "exact words", "case", "handoff")]
    for fact in facts:
        quotes = fact["quotes"]
        more = f" (+{len(quotes) - 1})" if len(quotes) > 1 else ""
        quote = (
            textwrap.shorten(quotes[0], WIDEST_QUOTE, placeholder="…") if quotes else ""
        )
        rows.append(
            (
                fact["file"].removesuffix(".eml"),
                fact["ticket"] or "-",
                fact["language"] or "-",
                fact["level"],
                f"“{quote}”{more}" if quotes else "",
                fact["case"] or "",
                ", ".join(fact["handoff"] or []),
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    steps.say("")
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        steps.say("  ".join(cells).rstrip())


def print_logins(told, options):
    sent = len(list(paths.OUTBOX.glob("*.eml")))
    steps.say(f"\n{sent} mails left; they lie in .dev/outbox")
    steps.say("Log in as (password):")
    people = [*told.get("logins", []), {"login": "admin", "password": "admin"}]
    for person in people:
        who = ", ".join(filter(None, (person.get("name"), person.get("role"))))
        steps.say(f"  {person['login']:<10} ({person['password']})  {who}")
    if options.no_serve:
        steps.say(f"Serve it: ./dev serve --db {options.db}")
    else:
        steps.say(f"\n{address(options)}/odoo   (Ctrl+C ends it)")
