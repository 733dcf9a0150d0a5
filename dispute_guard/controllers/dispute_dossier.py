from odoo import http
from odoo.http import Stream, request

from ..dossier.names import safe_name


class DisputeDossier(http.Controller):
    @http.route(
        "/dispute_guard/dossier/<int:dossier_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
    )
    def download(self, dossier_id):
        """Send the file of a dossier to who may read it, and record that it was sent.

        Whoever may not, gets the same answer as for a dossier that does not exist.
        """
        dossier = request.env["dispute.dossier"].browse(dossier_id).exists()
        if not (dossier and dossier.has_access("read") and dossier.state == "ready"):
            raise request.not_found()
        path = dossier._get_path()
        if not path.is_file():
            raise request.not_found(
                request.env._("The file of this dossier is lost. Make it again.")
            )
        request.env["dispute.evidence"]._record_reading(dossier, "downloaded")
        stream = Stream(
            type="path",
            path=str(path),
            mimetype="application/zip",
            download_name=safe_name(f"{dossier.display_name}.zip"),
            etag=dossier.sha256,
            last_modified=path.stat().st_mtime,
            size=path.stat().st_size,
        )
        return stream.get_response(as_attachment=True, immutable=False, max_age=0)
