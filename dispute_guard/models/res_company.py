from odoo import models


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
