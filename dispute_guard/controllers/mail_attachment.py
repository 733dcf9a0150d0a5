from odoo import http
from odoo.http import request

from odoo.addons.mail.controllers.attachment import AttachmentController


class DisputeAttachmentController(AttachmentController):
    @http.route()
    def mail_attachment_upload(
        self, ufile, thread_id, thread_model, is_pending=False, **kwargs
    ):
        """Leave pictures for tickets as they are.

        Until its message is posted the file belongs to no ticket yet.
        """
        if thread_model == "helpdesk.ticket":
            request.update_context(image_no_postprocess=True)
        return super().mail_attachment_upload(
            ufile, thread_id, thread_model, is_pending, **kwargs
        )
