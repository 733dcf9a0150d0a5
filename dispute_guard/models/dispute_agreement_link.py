from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..ledger import sha256_hex
from ..station import own_defaults


class DisputeAgreementLink(models.Model):
    """That a written agreement matters for a ticket: how, which clause, which file."""

    _name = "dispute.agreement.link"
    _description = "Agreement of a Dispute"
    _inherit = ["dispute.ticket.bound"]
    _order = "state, id"
    _rec_name = "agreement_id"

    ticket_id = fields.Many2one(
        "helpdesk.ticket", required=True, index=True, ondelete="cascade"
    )
    case_id = fields.Many2one(
        related="ticket_id.dispute_case_id", store=True, index=True
    )
    company_id = fields.Many2one(related="ticket_id.company_id", store=True)
    commercial_partner_id = fields.Many2one(related="ticket_id.commercial_partner_id")
    agreement_id = fields.Many2one("agreement", required=True, ondelete="restrict")
    relation = fields.Selection(
        selection=[
            ("governs", "Governs the matter"),
            ("amends", "Amends another agreement"),
            ("annex", "Annex"),
            ("terms", "General terms"),
            ("other", "Other"),
        ],
        required=True,
        default="governs",
    )
    clause_number = fields.Char(string="Clause")
    clause_text = fields.Text(string="Words of the Clause")
    attachment_id = fields.Many2one(
        "ir.attachment",
        string="File",
        ondelete="restrict",
        domain="[('res_model', '=', 'agreement'), ('res_id', '=', agreement_id)]",
    )
    file_sha256 = fields.Char(
        string="SHA-256 of the File", compute="_compute_file_sha256", store=True
    )
    file_changed = fields.Boolean(compute="_compute_file_changed")
    state = fields.Selection(
        selection=[
            ("proposed", "Proposed"),
            ("linked", "Linked"),
            ("rejected", "Does not matter"),
        ],
        required=True,
        default="linked",
    )

    _once = models.UniqueIndex(
        "(ticket_id, agreement_id, COALESCE(clause_number, ''))",
        "This clause of this agreement is linked to the ticket already.",
    )

    @api.depends("attachment_id", "state")
    def _compute_file_sha256(self):
        """The digest of the file at the moment it was linked."""
        for link in self:
            link.file_sha256 = link.state == "linked" and link._get_file_sha256()

    @api.depends("attachment_id.checksum", "file_sha256")
    def _compute_file_changed(self):
        """Whether the file is another one than when it was linked."""
        for link in self:
            link.file_changed = bool(link.file_sha256) and (
                link.file_sha256 != link._get_file_sha256()
            )

    @api.constrains("attachment_id", "agreement_id")
    def _check_attachment(self):
        # sudo: ir.attachment - whoever links it, the file must be the agreement's
        for link in self.sudo().filtered("attachment_id"):
            file = link.attachment_id
            if (file.res_model, file.res_id) != ("agreement", link.agreement_id.id):
                raise ValidationError(
                    self.env._(
                        "%(file)s is no file of the agreement %(agreement)s. Attach it "
                        "to the agreement first.",
                        file=file.name,
                        agreement=link.agreement_id.display_name,
                    )
                )

    @api.constrains("ticket_id", "agreement_id", "attachment_id")
    def _check_agreement(self):
        """Let nobody take what he may not see: linking copies the file to the ticket.

        Those of the ticket's own customer are shown to whoever works on it.
        """
        # sudo: agreement - compared, not shown
        for link in self.sudo():
            agreement = link.agreement_id
            is_ours = agreement.company_id in (
                self.env["res.company"],
                link.ticket_id.company_id,
            )
            is_customers = (
                agreement.commercial_partner_id
                == link.ticket_id.partner_id.commercial_partner_id
            )
            if not is_ours or not (
                is_customers or agreement.sudo(False).has_access("read")
            ):
                raise ValidationError(
                    self.env._(
                        "This agreement is none of the ticket's customer and company."
                    )
                )

    def _get_file_sha256(self):
        # sudo: ir.attachment - who may see the link may know the file's digest
        raw = self.sudo().attachment_id.raw
        return sha256_hex(raw) if raw else False

    @api.model
    def default_get(self, fields):
        return own_defaults(self, super().default_get(fields), {"file_sha256"})

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_digest(vals)
        links = super().create(vals_list)
        links.filtered(lambda link: link.state == "linked")._record_links()
        return links

    def write(self, vals):
        self._check_digest(vals)
        pinned = {"agreement_id", "attachment_id", "clause_number", "clause_text"}
        before = self.filtered(lambda link: link.state == "linked")
        if pinned & vals.keys() and before:
            raise UserError(
                self.env._(
                    "What was linked stays as it was, so that it can be proved later. "
                    "Mark this line as not relevant and add a new one."
                )
            )
        result = super().write(vals)
        (self - before).filtered(lambda link: link.state == "linked")._record_links()
        return result

    def _check_digest(self, vals):
        if "file_sha256" in vals:
            raise UserError(self.env._("The digest is taken from the file itself."))

    def _record_links(self):
        """Record the links as evidence, and keep their files as they are now."""
        # sudo: ir.attachment - kept whoever links it
        kept = self.env["dispute.file"]._keep_attachments(self.sudo().attachment_id)
        files = {
            link: [kept[link.attachment_id.id]] if link.attachment_id.id in kept else []
            for link in self.sudo()
        }
        self.env["dispute.file"]._note(
            [(link, link.ticket_id, some) for link, some in files.items()]
        )
        items = [link._prepare_evidence_item() for link in self]
        self.env["dispute.evidence"]._record_evidence(
            [
                item | {"files": some}
                for item, some in zip(items, files.values(), strict=True)
            ]
        )

    def _prepare_evidence_item(self):
        """Hook: the item of evidence for this link."""
        # sudo: agreement - who may work on the ticket may say that it matters
        self = self.sudo()
        agreement = self.agreement_id
        return {
            "kind": "agreement",
            "content": self.clause_text or agreement.name,
            "ticket": self.ticket_id,
            "company": self.company_id,
            "author": self.env.user.name,
            "occurred_at": fields.Datetime.now(),
            "details": {
                "code": agreement.code,
                "name": agreement.name,
                "relation": self.relation,
                "clause": self.clause_number or "",
                "file": self.attachment_id.name or "",
                "file_sha256": self.file_sha256 or "",
            },
        }

    def action_link(self):
        """Say that the proposed agreement matters."""
        self.filtered(lambda link: link.state != "linked").write({"state": "linked"})

    def action_reject(self):
        """Say that the agreement does not matter here."""
        self.write({"state": "rejected"})
