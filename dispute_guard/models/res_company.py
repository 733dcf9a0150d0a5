import logging

from odoo import models
from odoo.tools import plaintext2html

_logger = logging.getLogger(__name__)


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_dispute_administrator(self):
        """Hook: the user who is told when the dispute guard needs mending."""
        # sudo: res.users - the gateway may run as any user
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    (
                        "all_group_ids",
                        "in",
                        self.env.ref("dispute_guard.group_dispute_manager").ids,
                    ),
                    ("company_ids", "in", self.ids),
                ],
                order="id",
                limit=1,
            )
        ) or self.env.ref("base.user_admin")

    def _tell_dispute_administrator(self, record, problem):
        """Plan an activity on ``record``, once, for somebody who can mend a problem.

        Never raises: this runs while a mail is received. It sends no mail either, for
        mail may be what does not work just now.
        """
        activity_type = "dispute_guard.mail_activity_type_screening"
        try:
            with self.env.cr.savepoint():
                if not record.activity_search([activity_type]):
                    record.with_context(
                        mail_activity_quick_update=True
                    ).activity_schedule(
                        activity_type,
                        note=plaintext2html(problem or ""),
                        user_id=self._get_dispute_administrator().id,
                    )
        except Exception:
            _logger.exception("The administrator could not be told of a problem")
