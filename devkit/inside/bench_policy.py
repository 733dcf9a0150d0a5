"""Measures the rules of policy: bench_policy.py CONFIG DATABASE RULES ROUNDS.

Prints one line of JSON: the mean and the slowest `seconds` that judging a message takes
with so many rules, its `queries`, and how many `queries_each` further rule adds. The
messages are of the kinds that arrive: calm ones, in which there is nothing to judge,
and one of three with words that count. Nothing is committed.
"""

import json
import statistics
import sys
import time

import odoo.api
import odoo.fields
import odoo.modules.registry
import odoo.tools

# (kind, grade, level) of the words in a message; nothing in a calm one
MESSAGES = [
    None,
    ("superior_demanded", False, "tense"),
    None,
    ("hostile_tone", False, "hostile"),
    None,
    None,
    ("legal_threat", "conditional", "legal"),
    None,
    None,
]
KINDS = ("superior_demanded", "hostile_tone", "legal_threat", "payment_reversal")


def make_rules(env, number):
    """Rules of all sorts; none is met, of a tenth for want of repetition alone."""
    matters = [
        {"min_rung": "court"},
        {"min_amount": 1e6},
        {"min_efforts": 9},
        {"ticket_domain": "[('team_id.name', '=', 'Nobody')]"},
        {"partner_domain": "[('country_id.code', '=', 'LV')]"},
    ]
    env["dispute.policy.rule"].create(
        [
            {
                "name": f"Rule {turn}",
                "kind": KINDS[turn % len(KINDS)],
                **({"message_count": 9} if turn % 10 == 0 else matters[turn % 5]),
            }
            for turn in range(number)
        ]
    )


def make_ticket(env):
    partner = env["res.partner"].create({"name": "Customer"})
    ticket = env["helpdesk.ticket"].create(
        {"name": "Kitchen", "description": "", "partner_id": partner.id}
    )
    ticket._open_dispute_case()
    ticket.dispute_case_id.amount_disputed = 100
    return ticket


def make_signals(env, ticket, words):
    """The signals of a message with ``words``."""
    kind, grade, level = words
    return env["dispute.signal"].create(
        {
            "source": "manual",
            "note": "Words",
            "kind": kind,
            "grade": grade,
            "level": level,
            "ticket_id": ticket.id,
            "company_id": ticket.company_id.id,
            "occurred_at": odoo.fields.Datetime.now(),
        }
    )


def judge(env, signals):
    """Judge a message as it arrives: (seconds, queries)."""
    env.flush_all()
    env.invalidate_all()
    # whoever delivered the message had to read these
    ticket = signals.ticket_id
    signals.mapped("kind"), ticket.dispute_case_id.mapped("level")
    ticket.partner_id.mapped("name"), ticket.team_id.mapped("name")
    before, start = env.cr.sql_log_count, time.perf_counter()
    firings = env["dispute.policy.rule"]._apply_policies(signals)
    seconds = time.perf_counter() - start
    if firings:
        raise RuntimeError("a rule acted: this measures judging alone")
    return seconds, env.cr.sql_log_count - before


def main(config, database, rules, rounds):
    odoo.tools.config.parse_config(["-c", config, "-d", database])
    registry = odoo.modules.registry.Registry(database)
    with registry.cursor() as cursor:
        env = odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})
        env["dispute.policy.rule"].search([]).active = False
        ticket = make_ticket(env)
        some = [
            make_signals(env, ticket, words) if words else env["dispute.signal"]
            for words in MESSAGES
        ]
        queries = {}
        for number in (len(KINDS) * 5, int(rules) - len(KINDS) * 5):
            make_rules(env, number)
            known = env["dispute.policy.rule"].search_count([])
            samples = [judge(env, signals) for signals in some]  # warms up
            queries[known] = max(each[1] for each in map(judge, [env] * 9, some))
        samples = [
            judge(env, signals) for _turn in range(int(rounds)) for signals in some
        ]
        few, many = queries
        print(
            json.dumps(
                {
                    "seconds": statistics.mean(each[0] for each in samples),
                    "slowest": max(each[0] for each in samples),
                    "queries": queries[many],
                    "queries_each": (queries[many] - queries[few]) / (many - few),
                }
            ),
            flush=True,
        )
        cursor.rollback()


if __name__ == "__main__":
    main(*sys.argv[1:])
