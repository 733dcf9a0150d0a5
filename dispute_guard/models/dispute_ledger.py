import uuid

from odoo import api, fields, models
from odoo.tools import SQL, plaintext2html

from .. import keystore
from ..ledger import (
    Frontier,
    consistency_path,
    frontier_of,
    inclusion_path,
    public_key,
    stored_subtrees,
    verify_inclusion,
)
from ..provenance import describe_error

# Levels of the tree that are stored: every eighth, so one hash for 256.
STORED_BITS = 8
ACTIVITY = "dispute_guard.mail_activity_type_ledger"
PROBLEMS = (
    "key_problem",
    "keep_problem",
    "mail_problem",
    "stamp_problem",
    "verify_problem",
)


class DisputeLedger(models.Model):
    """The log of a company: one Merkle tree over all its evidence.

    How evidence comes in stands in ``dispute.ledger.sequencer``; here are the log's
    identity, its keys, its tree and the proofs from it.
    """

    _name = "dispute.ledger"
    _description = "Ledger"
    _inherit = ["dispute.immutable", "mail.thread", "mail.activity.mixin"]
    _rec_name = "company_id"
    _immutable_columns = ("company_id", "log")
    _never_deleted = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    log = fields.Char(
        string="Identifier",
        required=True,
        readonly=True,
        default=lambda self: str(uuid.uuid4()),
    )
    # what does not work just now
    key_problem = fields.Char(string="Signing", readonly=True)
    keep_problem = fields.Char(string="Keeping Heads on the Server", readonly=True)
    mail_problem = fields.Char(string="Mailing Heads", readonly=True)
    stamp_problem = fields.Char(string="Time-Stamping", readonly=True)
    verify_problem = fields.Char(string="Verification", readonly=True)
    # as it stands
    size = fields.Integer(string="Items", compute="_compute_heads")
    head_id = fields.Many2one(
        "dispute.ledger.head", string="Newest Head", compute="_compute_heads"
    )
    waiting = fields.Integer(compute="_compute_waiting")
    report_id = fields.Many2one(
        "dispute.ledger.report", string="Last Verification", compute="_compute_report"
    )
    report_state = fields.Selection(
        selection=[
            ("intact", "Intact"),
            ("noted", "Intact, with remarks"),
            ("broken", "Broken"),
        ],
        string="Evidence",
        compute="_compute_report",
    )

    _company = models.UniqueIndex("(company_id)", "A company has one ledger.")

    def _compute_heads(self):
        heads = self._newest("dispute.ledger.head")
        for ledger in self:
            ledger.head_id = heads.get(ledger.company_id.id)
            ledger.size = ledger.head_id.size

    def _compute_report(self):
        reports = self._newest("dispute.ledger.report")
        for ledger in self:
            ledger.report_id = reports.get(ledger.company_id.id)
            ledger.report_state = ledger.report_id.state

    def _compute_waiting(self):
        # sudo: dispute.ledger.queue - only the number is shown
        counts = dict(
            self.env["dispute.ledger.queue"]
            .sudo()
            ._read_group(
                [("company", "in", self.company_id.ids)], ["company"], ["__count"]
            )
        )
        for ledger in self:
            ledger.waiting = counts.get(ledger.company_id.id, 0)

    def _newest(self, model):
        """The newest record of ``model`` for each company, by the company's id."""
        groups = self.env[model]._read_group(
            [("company_id", "in", self.company_id.ids)], ["company_id"], ["id:max"]
        )
        return {company.id: newest for company, newest in groups}

    # ------------------------------------------------------------------
    # Identity and problems
    # ------------------------------------------------------------------

    @api.model
    def _of(self, company):
        """The ledger of ``company``; made when it is first asked for."""
        # sudo: dispute.ledger - it is the system's own, whoever causes an item
        ledgers = self.sudo()
        return ledgers.search([("company_id", "=", company.id)]) or ledgers.create(
            {"company_id": company.id}
        )

    def _note_problem(self, name, problem):
        """Note that something does not work, or (False) that it works again.

        The administrator gets one activity for all problems, which ends with them.
        """
        self.ensure_one()
        if (self[name] or False) == (problem or False):
            return
        self[name] = problem
        if problem:
            self._message_log(body=plaintext2html(problem))
        if not any(self[each] for each in PROBLEMS):
            self.activity_unlink([ACTIVITY])
        elif not self.activity_search([ACTIVITY]):
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                ACTIVITY,
                note=plaintext2html(problem or ""),
                user_id=self.company_id._get_dispute_administrator().id,
            )

    def _get_signing_key(self):
        """The key that heads are signed with; None when there is none to be had.

        A key that is missing although heads were signed is made anew and told of: what
        was signed before stays valid, but somebody should know why it is gone.
        """
        self.ensure_one()
        database = self.env.cr.dbname
        used = self._get_last_head().key
        key, problem = None, False
        try:
            key = keystore.find_key(database, self.log)
            if not key:
                key = keystore.make_key(database, self.log)
            if used and public_key(key) != used:
                problem = self.env._(
                    "The key that heads were signed with (%(old)s…) is gone from the "
                    "server; new heads are signed with %(new)s….",
                    old=used[:16],
                    new=public_key(key)[:16],
                )
        except (OSError, ValueError) as error:
            problem = describe_error(error)
        # a key that was lost works again at once: it stays told until somebody read it
        if problem or not self.activity_search([ACTIVITY]):
            self._note_problem("key_problem", problem)
        return key

    # ------------------------------------------------------------------
    # The tree
    # ------------------------------------------------------------------

    def _get_last_head(self):
        """The newest head by the log, or an empty recordset."""
        # sudo: dispute.ledger.head - it is the system's own
        return (
            self.env["dispute.ledger.head"]
            .sudo()
            .search(
                [("company_id", "=", self.company_id.id)], order="size desc", limit=1
            )
        )

    def _get_subtrees(self):
        """A function ``subtree(level, index)`` over what is stored of the tree."""
        cr, company_id = self.env.cr, self.company_id.id

        def fetch(level, start, end):
            if level:
                query = SQL(
                    """
                    SELECT node_hash FROM dispute_ledger_node
                    WHERE company_id = %s AND level = %s
                        AND position >= %s AND position < %s ORDER BY position
                    """,
                    company_id,
                    level,
                    start,
                    end,
                )
            else:
                query = SQL(
                    """
                    SELECT leaf_hash FROM dispute_ledger_item
                    WHERE company_id = %s AND position >= %s AND position < %s
                    ORDER BY position
                    """,
                    company_id,
                    start,
                    end,
                )
            cr.execute(query)
            return [bytes.fromhex(found) for [found] in cr.fetchall()]

        return stored_subtrees(fetch, STORED_BITS)

    def _get_frontier(self):
        """The tree as it stands, ready to grow: a ``ledger.Frontier``."""
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                "SELECT MAX(position) FROM dispute_ledger_item WHERE company_id = %s",
                self.company_id.id,
            )
        )
        [last] = self.env.cr.fetchone()
        if last is None:
            return Frontier()
        return frontier_of(last + 1, self._get_subtrees())

    def _begins_with(self, head):
        """Whether the stored tree begins with that of ``head`` (a ``ledger.Head``)."""
        frontier = self._get_frontier()
        if head.size > frontier.size:
            return False
        try:
            beginning = frontier_of(head.size, self._get_subtrees())
        except LookupError:
            return False
        return beginning.root().hex() == head.root

    def _get_proofs(self, evidence, head=None):
        """Prove that ``evidence`` stands in the log, in one go for all of it.

        :param head: the head to prove it against; by default the newest
        :return: that head and a dict from the id of each piece of evidence under
            it to ``position``, ``size``, ``leaf`` and ``path`` (list); hashes are
            hexadecimal. Evidence that is not in the log yet, or that the log no longer
            fits, is left out
        """
        self.ensure_one()
        head = head or self._get_last_head()
        self.env.cr.execute(
            SQL(
                """
                SELECT evidence_id, position, leaf_hash FROM dispute_ledger_item
                WHERE company_id = %s AND evidence_id = ANY(%s) AND position < %s
                """,
                self.company_id.id,
                evidence.ids,
                head.size,
            )
        )
        rows = self.env.cr.fetchall()
        subtree, proofs = self._get_subtrees(), {}
        for evidence_id, position, leaf in rows:
            try:
                path = inclusion_path(position, head.size, subtree)
            except LookupError:
                continue
            root = bytes.fromhex(head.root)
            if verify_inclusion(bytes.fromhex(leaf), position, head.size, path, root):
                proofs[evidence_id] = {
                    "position": position,
                    "size": head.size,
                    "leaf": leaf,
                    "path": [each.hex() for each in path],
                }
        return head, proofs

    def _get_consistency(self, old_head, new_head):
        """Prove that the log of ``old_head`` is the beginning of that of ``new_head``.

        :return: list of hashes, hexadecimal (RFC 6962, 2.1.2)
        :raise LookupError: when a hash that is needed is gone
        """
        path = consistency_path(old_head.size, new_head.size, self._get_subtrees())
        return [each.hex() for each in path]

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_view_heads(self):
        return self._open(self.env._("Tree Heads"), "dispute.ledger.head")

    def action_view_reports(self):
        return self._open(self.env._("Verifications"), "dispute.ledger.report")

    def action_view_items(self):
        return self._open(self.env._("Items"), "dispute.ledger.item")

    def _open(self, name, model):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list,form",
            "domain": [("company_id", "=", self.company_id.id)],
        }
