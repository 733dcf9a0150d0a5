"""Measures a dispute: bench_case.py CONFIG DATABASE TICKETS MESSAGES ROUNDS.

Prints one line of JSON, for a dispute with so many tickets and messages ("large") and
one with an empty ticket ("empty"), read in turn: the seconds and the queries that what
the web client asks for takes when the form is opened, and the seconds for the first
page of the timeline. Nothing is committed.
"""

import json
import sys
import time

from lxml import etree

import odoo.api
import odoo.modules.registry
import odoo.tools

SAID = [
    "Could you please tell me when the kitchen will be delivered? Thank you.",
    "The doors close well and the colour is as on the sample.",
    "This is a disgrace. I am furious with the way you treat your customers.",
    "Two handles are missing, a photograph of it was sent with the first form.",
]
PAGE = 40  # rows of a list that the web client reads first


def make_case(env, tickets=1, messages=0):
    partner = env["res.partner"].create({"name": "Customer"})
    case = env["dispute.case"].create({"title": "Kitchen", "partner_id": partner.id})
    records = env["helpdesk.ticket"].create(
        [
            {"name": f"Letter {turn}", "description": "", "partner_id": partner.id}
            for turn in range(tickets)
        ]
    )
    records.dispute_case_id = case
    env["mail.message"].create(
        [
            {
                "model": "helpdesk.ticket",
                "res_id": records[turn % tickets].id,
                "author_id": partner.id,
                "email_from": "customer@example.com",
                "message_type": "email",
                "subtype_id": env.ref("mail.mt_comment").id,
                "body": f"<p>{SAID[turn % len(SAID)]} ({turn})</p>",
            }
            for turn in range(messages)
        ]
    )
    env["dispute.ledger.sequencer"]._run(case.company_id)
    return case


def get_specification(case):
    """What the web client asks for when it opens the form."""
    arch = case.get_view(view_type="form")["arch"]
    return specify(case, etree.fromstring(arch))


def specify(records, node):
    """The specification of the fields below ``node``; of lists the first page."""
    specification = {}
    for child in node.iterchildren(etree.Element):
        if child.tag != "field":
            specification |= specify(records, child)
            continue
        name = child.get("name")
        values = specification[name] = {}
        field = records._fields[name]
        if field.type == "many2one":
            values["fields"] = {"display_name": {}}
        elif field.type in ("one2many", "many2many"):
            page = child.find("list")
            values["limit"] = PAGE
            values["fields"] = {"display_name": {}}
            if page is not None:
                values["limit"] = int(page.get("limit", PAGE))
                values["fields"] = specify(records[name].browse(), page)
    return specification


def measure(env, function):
    """Call ``function`` as a request does: (seconds, queries)."""
    env.flush_all()
    env.invalidate_all()
    before, start = env.cr.sql_log_count, time.perf_counter()
    function()
    return time.perf_counter() - start, env.cr.sql_log_count - before


def main(config, database, tickets, messages, rounds):
    odoo.tools.config.parse_config(["-c", config, "-d", database])
    registry = odoo.modules.registry.Registry(database)
    with registry.cursor() as cursor:
        env = odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})
        cases = {
            "empty": make_case(env),
            "large": make_case(env, int(tickets), int(messages)),
        }
        env.flush_all()
        cursor.execute("ANALYZE")
        # with the rights of a person
        env = env(user=env.ref("base.user_admin"))
        timeline = env["dispute.timeline"]
        specification = get_specification(cases["empty"].with_env(env))
        taken = {name: {"form": [], "queries": [], "timeline": []} for name in cases}
        for turn in range(int(rounds) + 1):
            for name, case in cases.items():
                case = case.with_env(env)
                seconds, queries = measure(
                    env, lambda case=case: case.web_read(specification)
                )
                page, _queries = measure(
                    env,
                    lambda case=case: timeline.web_search_read(
                        [("case_id", "=", case.id)],
                        {name: {} for name in ("occurred_at", "kind", "who", "text")},
                        limit=PAGE,
                    ),
                )
                if turn:  # the first warms up
                    taken[name]["form"].append(seconds)
                    taken[name]["queries"].append(queries)
                    taken[name]["timeline"].append(page)
        print(json.dumps(taken), flush=True)
        cursor.rollback()


if __name__ == "__main__":
    main(*sys.argv[1:])
