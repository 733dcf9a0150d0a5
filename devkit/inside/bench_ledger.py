"""Measures the ledger.

    bench_ledger.py CONFIG DATABASE grow ITEMS | verify 0 | prove TIMES

Needs the addon's folder on the import path. Prints one line of JSON. `grow` makes the
log that the others look at.
"""

import io
import json
import random
import resource
import sys
import time

from ledger import canonical_bytes, sha256_hex

import odoo.api
import odoo.modules.registry
import odoo.tools

WORDS = (
    "The fitters came on Tuesday, two doors do not close and the worktop is scratched. "
    "I have written three times and nobody has answered. If the money is not back by "
    "Friday I shall have no choice but to take the matter to court. "
) * 3
CHUNK = 20_000  # pieces of evidence put in at once
PORTION, PORTIONS = 50, 0.1  # this share of the items comes so many to a head
COLUMNS = (
    "kind",
    "company_id",
    "ticket_number",
    "content",
    "author",
    "occurred_at",
    "occurred_source",
    "recorded_at",
    "recorded_by",
    "canonical",
    "sha256",
)
TIME = "2026-01-31 12:00:00"


def evidence_row(number, company):
    """One piece of evidence as a line of COPY."""
    record = {
        "kind": "quote",
        "content": f"{number}: {WORDS}",
        "ticket": f"HT{number % 90000:05}",
        "author": "paula@example.net",
        "occurred_at": TIME,
        "occurred_source": "server",
        "recorded_at": TIME,
        "recorded_by": "__system__",
        "company": company.name,
        "details": {
            "rule": "en.legal.sue",
            "start": 0,
            "end": 40,
            "subject": "Kitchen",
        },
        "files": [],
    }
    data = canonical_bytes(record)
    shown = dict(
        record,
        company_id=str(company.id),
        ticket_number=record["ticket"],
        canonical=data.decode().replace("\\", "\\\\"),
        sha256=sha256_hex(data),
    )
    return "\t".join(shown[column] for column in COLUMNS) + "\n"


def put_in(env, company, numbers):
    lines = io.StringIO("".join(evidence_row(number, company) for number in numbers))
    env.cr.copy_from(lines, "dispute_evidence", columns=COLUMNS)
    env.cr.commit()


def grow(env, items):
    """Make a company with a log of so many items; items sequenced a second."""
    company = env["res.company"].create({"name": "Bench"})
    sequencer = env["dispute.ledger.sequencer"]
    few = int(items * PORTIONS)
    for start in range(0, few, PORTION):
        put_in(env, company, range(start, min(start + PORTION, few)))
        sequencer._run(company)
    seconds = 0
    for start in range(few, items, CHUNK):
        put_in(env, company, range(start, min(start + CHUNK, items)))
        begun = time.perf_counter()
        sequencer._run(company)
        seconds += time.perf_counter() - begun
    env.cr.execute("ANALYZE")
    env.cr.commit()
    return {"rate": (items - few) / seconds}


def newest_log(env):
    return env["dispute.ledger"].search([], order="id desc", limit=1)


def verify(env, _number):
    begun = time.perf_counter()
    report = newest_log(env)._verify()
    seconds = time.perf_counter() - begun
    if report.state != "intact":
        raise RuntimeError(f"{report.state}: {report.explanation} {report.remarks}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "peak": peak, "size": report.size}


def prove(env, times):
    ledger = newest_log(env)
    size = ledger.size
    chosen = random.Random(1).sample(range(size), min(times + 5, size))
    env.cr.execute(
        "SELECT evidence_id FROM dispute_ledger_item "
        "WHERE company_id = %s AND position = ANY(%s)",
        [ledger.company_id.id, chosen],
    )
    seconds = []
    for (evidence_id,) in env.cr.fetchall():
        evidence = env["dispute.evidence"].browse(evidence_id)
        begun = time.perf_counter()
        _head, proofs = ledger._get_proofs(evidence)
        seconds.append(time.perf_counter() - begun)
        if evidence_id not in proofs:
            raise RuntimeError(f"no proof for evidence {evidence_id}")
    return {"seconds": seconds[5:]}


def main(config, database, act, number):
    odoo.tools.config.parse_config(["-c", config, "-d", database])
    registry = odoo.modules.registry.Registry(database)
    with registry.cursor() as cursor:
        env = odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})
        act = {"grow": grow, "verify": verify, "prove": prove}[act]
        print(json.dumps(act(env, int(number))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
