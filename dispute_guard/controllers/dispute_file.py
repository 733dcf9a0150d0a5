from odoo import http
from odoo.http import Stream, request

from ..dossier.names import safe_name


class DisputeFile(http.Controller):
    @http.route(
        "/dispute_guard/file/<int:file_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def download(self, file_id):
        """Send a kept file to who may read it, and record that it was sent.

        Always as a download: it came from outside and may hold anything.
        """
        file = request.env["dispute.file"].browse(file_id).exists()
        if not (file and file.has_access("read")):
            raise request.not_found()
        # sudo: dispute.file - he may read it, so he may have its bytes
        stored = file.sudo()._find_attachment()
        try:
            stream = stored._to_http_stream() if stored else None
        except FileNotFoundError:
            stream = None
        if not stream:
            raise request.not_found(request.env._("This file is lost or was dropped."))
        if not file.size:
            stream = Stream(type="data", data=b"", size=0)
        stream.mimetype = "application/octet-stream"
        stream.download_name = safe_name(file.name)
        request.env["dispute.evidence"]._record_reading(file, "downloaded")
        return stream.get_response(as_attachment=True, immutable=False, max_age=0)
