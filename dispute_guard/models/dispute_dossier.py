import logging
import time
from datetime import timedelta
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import config

from ..provenance import describe_error
from ..station import at_work, is_at_work, off_work, own_defaults

_logger = logging.getLogger(__name__)

CUTS = [
    ("counsel", "Counsel's full set"),
    ("disclosure", "Set for the other side"),
]
# What a person chooses before the dossier is made; everything else follows from it.
CHOSEN = {"cut", "lang"}
MOST_ATTEMPTS = 2
# The file is made again on request, with the same bytes; so it need not be kept.
KEPT_DAYS = 30
# A file that no dossier names may be one that is just being made.
LOOSE_SECONDS = 86400


class DisputeDossier(models.Model):
    """A dispute as one file that a stranger can read and verify.

    A supervisor chooses and orders the exhibits, then the dossier is made in the
    background. What it says is fixed from that moment on: exhibits, facts, and the tree
    head they are proved against. Made again, it has the same bytes.
    """

    _name = "dispute.dossier"
    _description = "Dossier"
    _order = "id desc"

    case_id = fields.Many2one(
        "dispute.case", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True)
    cut = fields.Selection(
        selection=CUTS,
        string="Set",
        required=True,
        default="counsel",
        help="The set for the other side leaves out what is privileged or without "
        "prejudice, and lists it.",
    )
    lang = fields.Selection(
        selection="_selection_lang",
        string="Language",
        required=True,
        default=lambda self: self.env.user.lang,
    )
    state = fields.Selection(
        selection=[
            ("draft", "Being chosen"),
            ("queued", "Waiting"),
            ("building", "Being made"),
            ("ready", "Ready"),
            ("failed", "Failed"),
            ("dropped", "File removed"),
        ],
        required=True,
        default="draft",
        readonly=True,
    )
    line_ids = fields.One2many("dispute.dossier.line", "dossier_id", string="Exhibits")
    line_count = fields.Integer(string="Number of Exhibits", readonly=True)
    done_count = fields.Integer(string="Exhibits Done", readonly=True)
    attempts = fields.Integer(readonly=True)
    progress = fields.Integer(string="Progress (%)", compute="_compute_progress")
    user_id = fields.Many2one(
        "res.users", string="Requested By", readonly=True, ondelete="restrict"
    )
    head_id = fields.Many2one(
        "dispute.ledger.head", string="Tree Head", readonly=True, ondelete="restrict"
    )
    anchor_id = fields.Many2one(
        "dispute.ledger.head",
        string="Time-Stamped Head",
        readonly=True,
        ondelete="restrict",
        help="The newest tree head that had a time-stamp when the dossier was made.",
    )
    snapshot = fields.Json(readonly=True)
    ready_at = fields.Datetime(string="Made", readonly=True)
    sha256 = fields.Char(string="SHA-256", readonly=True)
    size = fields.Float(string="Size (bytes)", digits=(20, 0), readonly=True)
    problems = fields.Text(readonly=True)

    _queued = models.Index("(id) WHERE state IN ('queued', 'building')")

    @api.model
    def _selection_lang(self):
        return self.env["res.lang"].get_installed()

    @api.depends("case_id", "cut")
    def _compute_display_name(self):
        labels = dict(self._fields["cut"]._description_selection(self.env))
        for dossier in self:
            name = f"{dossier.case_id.name} – {labels.get(dossier.cut)}"
            dossier.display_name = name

    @api.depends("line_count", "done_count")
    def _compute_progress(self):
        for dossier in self:
            total = dossier.line_count
            dossier.progress = total and 100 * dossier.done_count // total

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        guarded = self._fields.keys() - CHOSEN - {"case_id"}
        return own_defaults(self, super().default_get(fields), guarded)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_chosen(vals.keys() - {"case_id", "line_ids"})
        dossiers = super(DisputeDossier, off_work(self)).create(vals_list)
        for dossier in dossiers:
            dossier.case_id.check_access("read")
            dossier._propose_lines()
        return dossiers

    def write(self, vals):
        self._check_chosen(vals.keys() - {"line_ids"})
        if not is_at_work(self):
            self._check_draft()
        result = super(DisputeDossier, off_work(self)).write(vals)
        if "cut" in vals:
            self.line_ids._propose_treatment()
        return result

    def _check_chosen(self, names):
        if names - CHOSEN and not is_at_work(self):
            raise UserError(
                self.env._(
                    "A dossier is made by the system. Choose the exhibits, the "
                    "set and the language only."
                )
            )

    def _check_draft(self):
        """:raise UserError: when one of them is not being chosen any more"""
        if any(dossier.state != "draft" for dossier in self):
            raise UserError(
                self.env._(
                    "What this dossier holds is fixed. Make a new one to change it."
                )
            )

    def unlink(self):
        # not @api.ondelete, which a client's context can switch off
        self._check_draft()
        return super().unlink()

    # ------------------------------------------------------------------
    # Choosing
    # ------------------------------------------------------------------

    def _propose_lines(self):
        """Propose everything that is recorded about the case, oldest first."""
        self.ensure_one()
        # sudo: dispute.dossier.line - nobody may add exhibits but this method
        lines = self.env["dispute.dossier.line"].sudo()
        created = at_work(lines).create(lines._prepare_lines(self))
        off_work(created)._propose_treatment()

    def action_build(self):
        """Fix what the dossier holds and have it made in the background.

        :raise UserError: when nothing is chosen
        """
        self.check_access("write")
        for dossier in self.filtered(lambda dossier: dossier.state == "draft"):
            if not dossier.line_ids.filtered(lambda line: not line.is_withheld):
                raise UserError(
                    self.env._("There is no exhibit. Include at least one.")
                )
            dossier.line_ids._number()
            at_work(dossier).write(
                {
                    "line_count": len(dossier.line_ids),
                    "user_id": self.env.user.id,
                    "snapshot": dossier._prepare_snapshot(),
                }
            )
        waiting = self.filtered(
            lambda dossier: dossier.state in ("draft", "failed", "dropped")
        )
        at_work(waiting).write(
            {"state": "queued", "done_count": 0, "attempts": 0, "problems": False}
        )
        self.env.ref("dispute_guard.ir_cron_dossier")._trigger()

    def _prepare_snapshot(self):
        """Hook: what the dossier says about the case, as JSON; fixed from now on."""
        self = self.with_context(lang=self.lang)
        case = self.case_id
        customer = case.partner_id
        return {
            "reference": case.name,
            "title": case.title,
            "organisation": case.company_id.name,
            "tickets": case.with_context(active_test=False).ticket_ids.ids,
            "tz": case.company_id.partner_id.tz or self.env.user.tz or "UTC",
            "parties": [
                [
                    self.env._("Customer"),
                    ", ".join(filter(None, (customer.name, customer.email))),
                ],
                [self.env._("Company"), case.company_id.name],
            ],
        }

    # ------------------------------------------------------------------
    # Making
    # ------------------------------------------------------------------

    @api.model
    def _cron_build(self):
        """Make what waits, one after the other.

        Only one run of a scheduled action exists at a time, so a dossier that is
        "being made" when it starts was left over by a run that was killed. It is made
        last, and given up when that happens once more: it may be what killed the run.
        """
        cron = self.env["ir.cron"]
        waiting = self.search(
            [("state", "in", ("queued", "building"))], order="attempts, id"
        )
        cron._commit_progress(remaining=len(waiting))
        for dossier in waiting:
            if dossier.attempts < MOST_ATTEMPTS:
                dossier._attempt_build()
            else:
                dossier._fail(self.env._("The server stopped while it was made."))
            dossier._tell_requester()
            if not cron._commit_progress(1):
                break

    def _attempt_build(self):
        self.ensure_one()
        at_work(self).write(
            {"state": "building", "done_count": 0, "attempts": self.attempts + 1}
        )
        self.env["ir.cron"]._commit_progress()
        try:
            self._build()
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("Dossier %s could not be made", self.id)
            self._fail(describe_error(error))

    def _fail(self, problem):
        at_work(self).write({"state": "failed", "problems": problem})

    def _tell_requester(self):
        """Tell who asked for it; that he cannot be told undoes nothing."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._notify_requester()
        except Exception:
            _logger.exception("Nobody could be told of dossier %s", self.id)

    def _notify_requester(self):
        """Tell who asked for it that it is ready, or why not."""
        user = self.user_id
        lang_self = self.with_context(lang=user.lang)
        if self.state == "ready":
            text = lang_self.env._("The dossier is ready: %s", lang_self.display_name)
        else:
            text = lang_self.env._(
                "The dossier could not be made: %(name)s. %(problem)s",
                name=lang_self.display_name,
                problem=self.problems,
            )
        lang_self.case_id.message_notify(
            partner_ids=user.partner_id.ids, subject=text, body=text
        )

    def _get_path(self):
        """Where the file lies: beside the filestore, under its digest."""
        self.ensure_one()
        return self._get_folder() / f"{self.sha256}.zip"

    @api.model
    def _get_folder(self):
        folder = Path(config.filestore(self.env.cr.dbname)) / "dispute_dossiers"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @api.autovacuum
    def _gc_files(self):
        """Remove files that were made long ago; they can be made again."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        old = self.search([("state", "=", "ready"), ("ready_at", "<", limit)])
        at_work(old).write({"state": "dropped"})
        kept = set(self.search([("state", "=", "ready")]).mapped("sha256"))
        latest = time.time() - LOOSE_SECONDS
        for path in self._get_folder().iterdir():
            if path.stem not in kept and path.stat().st_mtime < latest:
                path.unlink(missing_ok=True)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_download(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/dispute_guard/dossier/{self.id}",
            "target": "download",
        }
