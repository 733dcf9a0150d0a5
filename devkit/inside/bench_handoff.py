"""Measures the sweep: bench_handoff.py CONFIG DATABASE OPEN DUE ROUNDS.

Prints one line of JSON: the seconds that each sweep over OPEN handoffs takes while none
is due (`idle`) with its `queries`, how many `queries_each` further one adds, and the
seconds of one in which DUE of them go on to the next person (`due`). Nothing is
committed.
"""

import json
import sys
import time
from unittest.mock import patch

import odoo.api
import odoo.modules.registry
import odoo.tools

from odoo.addons.base.models.ir_cron import IrCron

NOBODY_COMMITS = patch.object(IrCron, "_commit_progress", return_value=float("inf"))


def make_people(env):
    partners = env["res.partner"].create(
        [
            {"name": f"{name} Lawyer", "email": f"{name}@example.com"}
            for name in ("ann", "ben")
        ]
    )
    return env["dispute.professional"].create(
        [{"partner_id": partner.id, "role": "lawyer"} for partner in partners]
    )


def make_handoffs(env, people, number):
    """Sent handoffs that wait for an answer, with somebody who would be next."""
    first, second = people.ids
    env.flush_all()
    env.cr.execute(
        """
        WITH cases AS (
            INSERT INTO dispute_case (name, title, company_id, rung, level, opened_at)
            SELECT 'B' || n, 'Matter ' || n, %(company)s, 'discuss', 'calm', now()
            FROM generate_series(1, %(number)s) n
            RETURNING id
        ), handoffs AS (
            INSERT INTO dispute_handoff (case_id, company_id, role, state,
                professional_id, brief, brief_sha256, sent_at, deadline, due_at)
            SELECT id, %(company)s, 'lawyer', 'sent', %(first)s, '<p>Brief</p>', '0',
                now(), now() + interval '1 hour', now() + interval '1 hour'
            FROM cases
            RETURNING id
        )
        INSERT INTO dispute_handoff_step (handoff_id, company_id, sequence,
            professional_id, name, hours, state)
        SELECT id, %(company)s, place, person, 'Person', 8, state
        FROM handoffs, (
            VALUES (1, %(first)s, 'asked'), (2, %(second)s, 'waiting')
        ) step (place, person, state)
        """,
        {
            "company": env.company.id,
            "number": number,
            "first": first,
            "second": second,
        },
    )
    env.cr.execute(
        """
        UPDATE dispute_handoff SET step_id = step.id
        FROM dispute_handoff_step step
        WHERE step.handoff_id = dispute_handoff.id AND step.state = 'asked'
        """
    )
    env.cr.execute("ANALYZE dispute_handoff")
    env.invalidate_all()


def sweep(env):
    """Sweep as the scheduled action does: (seconds, queries)."""
    env.flush_all()
    env.invalidate_all()
    before, start = env.cr.sql_log_count, time.perf_counter()
    env["dispute.handoff"]._cron_sweep()
    env.flush_all()
    return time.perf_counter() - start, env.cr.sql_log_count - before


def main(config, database, number, due, rounds):
    odoo.tools.config.parse_config(["-c", config, "-d", database])
    with odoo.modules.registry.Registry(database).cursor() as cr, NOBODY_COMMITS:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        people = make_people(env)
        make_handoffs(env, people, 10)
        sweep(env)
        _seconds, few = sweep(env)
        make_handoffs(env, people, number - 10)
        samples = [sweep(env) for _round in range(rounds)]
        queries = [sample[1] for sample in samples]
        cr.execute(
            "UPDATE dispute_handoff SET due_at = now() - interval '1 hour' "
            "WHERE id IN (SELECT id FROM dispute_handoff LIMIT %s)",
            [due],
        )
        seconds, _queries = sweep(env)
        cr.execute("SELECT COUNT(*) FROM dispute_handoff WHERE state = 'to_send'")
        [moved] = cr.fetchone()
        assert moved == due, f"{moved} went on instead of {due}"
        cr.rollback()
    print(
        json.dumps(
            {
                "idle": [sample[0] for sample in samples],
                "queries": queries,
                "queries_each": (max(queries) - few) / number,
                "due": seconds,
            }
        )
    )


if __name__ == "__main__":
    CONFIG, DATABASE, *NUMBERS = sys.argv[1:]
    main(CONFIG, DATABASE, *map(int, NUMBERS))
