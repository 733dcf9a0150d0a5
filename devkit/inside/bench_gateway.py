"""Measures single acts in one database: bench_gateway.py CONFIG DATABASE.

Reads the name of an act a line, e.g. `gateway_new_threatening`; answers with a line of
JSON, {"seconds", "queries"}: the whole transaction from the call to its commit.
"""

import json
import os
import sys
import time
from email.message import EmailMessage

import odoo.api
import odoo.modules.registry
import odoo.tools

DOMAIN = "bench.example.com"
# Tickets that replies and posts go to in turn
THREADS = 20

FILLER = (
    "We ordered the kitchen in spring and the fitters came in two visits. The doors "
    "close well and the colour is as on the sample. Two handles are missing and the "
    "plinth under the sink is a little short; a photograph of it was sent with the "
    "first form. We are at home on weekdays after four and on Saturday in the morning, "
    "the bell says Harper. "
)
WORDS = {
    "neutral": FILLER * 3 + "Could you please tell us when the handles will arrive?",
    "threatening": FILLER
    * 3
    + "If the handles are not here by Friday I will take you to court, and my lawyer "
    "will file the claim on Monday.",
}


class Acts:
    """The acts that are measured; what they need is made before the clock starts."""

    def __init__(self, registry):
        self.registry = registry
        self.number = 0
        self.threads = {}
        self.mark = os.getpid()  # tells this process from others on the database
        with self.environment() as env:
            # others wait here, then find the team
            env.cr.execute("SELECT pg_advisory_xact_lock(1)")
            if env["mail.alias.domain"].search([("name", "=", DOMAIN)]):
                return
            domain = env["mail.alias.domain"].create({"name": DOMAIN})
            env["helpdesk.ticket.team"].create(
                {
                    "name": "Bench",
                    "alias_name": "support",
                    "alias_domain_id": domain.id,
                    "alias_contact": "everyone",
                }
            )

    def environment(self):
        return Transaction(self.registry)

    def measure(self, name):
        """Do one act; return what it cost."""
        act, _, tone = name.rpartition("_")
        self.number += 1
        prepared = getattr(self, f"prepare_{act}")(tone)
        with self.environment() as env:
            before = env.cr.sql_log_count
            start = time.perf_counter()
            getattr(self, act)(env, tone, *prepared)
            env.cr.commit()
            seconds = time.perf_counter() - start
            queries = env.cr.sql_log_count - before
        return {"seconds": seconds, "queries": queries}

    # a mail from a customer who is known but has no ticket

    def prepare_gateway_new(self, tone):
        address = f"customer{self.number}.{self.mark}@customers.example.net"
        with self.environment() as env:
            env["res.partner"].create({"name": f"C {self.number}", "email": address})
        return (self.mail(address, tone),)

    def gateway_new(self, env, tone, raw):
        env["mail.thread"].message_process(None, raw)

    # an answer to a mail of ours on an existing ticket

    def prepare_gateway_reply(self, tone):
        _ticket, address, identifier = self.thread(tone)
        return (self.mail(address, tone, identifier),)

    def gateway_reply(self, env, tone, raw):
        env["mail.thread"].message_process(None, raw)

    # a comment of the customer, as the portal posts it

    def prepare_message_post(self, tone):
        ticket, address, _identifier = self.thread(tone)
        return ticket, address

    def message_post(self, env, tone, ticket_id, address):
        ticket = env["helpdesk.ticket"].browse(ticket_id)
        ticket.message_post(
            body=WORDS[tone], message_type="comment", author_id=ticket.partner_id.id
        )

    def thread(self, tone):
        """A ticket to write to: (id, customer's address, Message-ID of its mail)."""
        key = tone, self.number % THREADS
        if key not in self.threads:
            address = f"thread{key[1]}.{tone}.{self.mark}@customers.example.net"
            raw = self.mail(address, "neutral")
            with self.environment() as env:
                env["res.partner"].create({"name": address, "email": address})
                ticket = env["mail.thread"].message_process(None, raw)
            identifier = raw.split(b"Message-ID: ", 1)[1].split(b"\r\n")[0].decode()
            self.threads[key] = ticket, address, identifier
        return self.threads[key]

    def mail(self, address, tone, answers=None):
        """Bytes of a plain mail with a Message-ID of its own."""
        message = EmailMessage()
        message["From"] = f"Customer <{address}>"
        message["To"] = f"support@{DOMAIN}"
        message["Subject"] = "Kitchen, two handles missing"
        message["Message-ID"] = (
            f"<{self.number}.{self.mark}.{time.time_ns()}@customers.example.net>"
        )
        if answers:
            message["In-Reply-To"] = message["References"] = answers
        message.set_content(WORDS[tone])
        return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))


class Transaction:
    """The superuser's environment in a transaction of its own, committed at the end."""

    def __init__(self, registry):
        self.cursor = registry.cursor()

    def __enter__(self):
        return odoo.api.Environment(self.cursor, odoo.api.SUPERUSER_ID, {})

    def __exit__(self, kind, *_):
        if kind is None:
            self.cursor.commit()
        self.cursor.close()


def main(config, database):
    odoo.tools.config.parse_config(["-c", config, "-d", database])
    acts = Acts(odoo.modules.registry.Registry(database))
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        print(json.dumps(acts.measure(line.strip())), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
