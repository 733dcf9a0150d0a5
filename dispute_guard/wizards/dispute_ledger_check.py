from odoo import fields, models
from odoo.exceptions import UserError

from ..ledger import HeadError, head_from_text, is_signed
from ..models.dispute_ledger_verify import AT_ONCE


class DisputeLedgerCheck(models.TransientModel):
    """Compare a head that was kept outside (a mail, a print) with the log."""

    _name = "dispute.ledger.check"
    _description = "Check a Copied Head"

    ledger_id = fields.Many2one("dispute.ledger", required=True)
    text = fields.Text(string="Tree Head")

    def action_check(self):
        """Verify the log against the head; record and show what was found.

        A long log is compared by its stored tree only; that tree is checked by the
        scheduled verification.

        :raise UserError: when the text holds no head of this log
        """
        self.ensure_one()
        self.ledger_id.check_access("read")
        head, signature = self._read_head()
        if self.ledger_id.size <= AT_ONCE:
            return self.ledger_id._verify([(head, signature)])._open()
        return self._compare(head)

    def _read_head(self):
        try:
            head, signature = head_from_text(self.text or "")
        except HeadError as error:
            raise UserError(
                self.env._(
                    "This is not a whole tree head: %s. Copy all of its lines, from "
                    "“Dispute Guard tree head” to the signature.",
                    error,
                )
            ) from error
        if head.log != self.ledger_id.log:
            raise UserError(
                self.env._("This head belongs to another log (%s).", head.log)
            )
        if head.key and not is_signed(head.data, signature, head.key):
            raise UserError(
                self.env._(
                    "The signature does not fit what is written above it: a line was "
                    "changed or copied wrongly."
                )
            )
        return head, signature

    def _compare(self, head):
        ledger = self.ledger_id
        if head.size > ledger.size:
            message = self.env._(
                "The tail was cut off, or an old backup restored: the log has "
                "%(items)s items, the head counts %(size)s.",
                items=ledger.size,
                size=head.size,
            )
        elif not ledger._begins_with(head):
            message = self.env._(
                "The log was rewritten: its first %s items are not those of this head.",
                head.size,
            )
        else:
            message = self.env._(
                "This head fits the stored tree. Whether all %s items still fit the "
                "tree is told by the next verification.",
                head.size,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "sticky": True},
        }
