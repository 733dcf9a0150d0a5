from odoo import http
from odoo.http import request

from odoo.addons.web.controllers.binary import Binary

from ..models.dispute_reading import WITH_RAW


class DisputeBinary(Binary):
    def _is_readonly(self, rule, args):
        """Downloads that are recorded need a database that can be written to."""
        model = args.get("model") or request.httprequest.values.get("model")
        return model not in WITH_RAW

    @http.route(readonly=_is_readonly)
    def content_common(self, *args, **kwargs):
        return super().content_common(*args, **kwargs)
