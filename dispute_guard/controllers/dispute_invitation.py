import hashlib
import hmac
import logging
import re
from typing import NamedTuple

from odoo import fields, http, models
from odoo.exceptions import UserError
from odoo.http import Stream, request
from odoo.tools import consteq

from ..dossier.names import safe_name
from ..models.dispute_invitation import LINK_PATH, PAGE_PATH
from ..models.dispute_invitation_page import ACTIONS, LARGEST_POST, LAST
from ..provenance import storable

LINK_COOKIE = "dispute_link"
DEVICE_COOKIE = "dispute_device"
LANG_COOKIE = "dispute_lang"
# Without JavaScript, pictures of others, frames, or a word to the next site.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# What can be done before a device is confirmed, and after.
DOOR = {"code", "confirm"}
INSIDE = ACTIONS.keys() | {"leave"}
# Which part of the page tells that something was done.
PARTS = {
    "ask": "questions",
    "upload": "documents",
    "dossier": "documents",
    "lost": "documents",
}
ROUTE = {
    "type": "http",
    "auth": "public",
    "save_session": False,
    "readonly": False,
    "sitemap": False,
}


class _HideTokens(logging.Filter):
    """Keeps the tokens of links out of the server's log of requests."""

    secret = re.compile(re.escape(LINK_PATH) + r"[^\s?\"']+")

    def filter(self, record):
        text = record.getMessage()
        if LINK_PATH in text:
            record.msg, record.args = self.secret.sub(LINK_PATH + "***", text), ()
        return True


logging.getLogger("werkzeug").addFilter(_HideTokens())


class Visit(NamedTuple):
    """Who comes to a page.

    ``device``: empty as long as no code was asked for; it may be unconfirmed.
    ``secret``: what the cookie holds that opened the way here.
    """

    invitation: models.Model
    device: models.Model
    secret: str

    @property
    def is_in(self):
        return bool(self.device.confirmed_at)

    @property
    def proof(self):
        """Shown by the forms of the page, so that no other site can post for it."""
        text = f"form {self.invitation.reference}"
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class DisputeInvitation(http.Controller):
    """The page of a professional, who has no account.

    ``GET`` only shows: mail scanners open links. A link that opens nothing gets one
    and the same answer, whatever the reason.
    """

    @http.route(LINK_PATH + "<path:token>", methods=["GET"], **ROUTE)
    def open_link(self, token, lang=None):
        """Take the token out of the address and go to the page."""
        token = storable(token)
        invitation = self._model("invitation")._find_by_token(token)
        if self._model("invitation.refusal")._is_limited() or not invitation:
            return self._refuse()
        self._model("invitation.access")._note(invitation, "link")
        response = request.redirect(f"{PAGE_PATH}{invitation.reference}")
        # as long as the browser is open: then the device is known by itself
        self._set_cookie(response, LINK_COOKIE, token, invitation)
        return self._guard(response)

    @http.route(PAGE_PATH + "<string:reference>", methods=["GET"], **ROUTE)
    def show(self, reference, lang=None, done=None):
        visit = self._enter(reference)
        if not visit:
            return self._refuse()
        if visit.is_in:
            self._note(visit, "page")
        return self._show(visit, lang=lang, done=done)

    @http.route(
        PAGE_PATH + "<string:reference>/<string:action>",
        methods=["POST"],
        csrf=False,  # of a session; this page has none, and forms of its own proof
        **ROUTE,
    )
    def act(self, reference, action, **post):
        visit = self._enter(reference)
        # where words belong, a file says nothing
        post = {name: said for name, said in post.items() if isinstance(said, str)}
        if not visit or action not in DOOR | INSIDE:
            return self._refuse()
        if action not in (INSIDE if visit.is_in else DOOR):
            return self._go(visit)
        if not consteq(
            visit.proof.encode(), storable(post.get("proof") or "").encode()
        ):
            # the page was shown before the device was confirmed, or by another site
            return self._go(visit, done="again")
        if action in ACTIONS:
            return self._act(visit, action, post)
        return getattr(self, f"_{action}")(visit, post)

    @http.route(
        PAGE_PATH + "<string:reference>/dossier/<int:dossier_id>",
        methods=["GET"],
        **ROUTE,
    )
    def download_dossier(self, reference, dossier_id):
        visit = self._enter(reference)
        if not (visit and visit.is_in):
            return self._refuse()
        dossier = visit.invitation._find_dossier(dossier_id)
        path = dossier and dossier._get_path()
        if not (path and path.is_file()):
            return self._go(visit, done="lost")
        self._note_download(visit, dossier, dossier.display_name)
        stream = Stream(
            type="path",
            path=str(path),
            mimetype="application/zip",
            download_name=safe_name(f"{dossier.display_name}.zip"),
            etag=dossier.sha256,
            last_modified=path.stat().st_mtime,
            size=path.stat().st_size,
        )
        return self._send(stream)

    @http.route(
        PAGE_PATH + "<string:reference>/file/<int:file_id>", methods=["GET"], **ROUTE
    )
    def download_file(self, reference, file_id):
        visit = self._enter(reference)
        if not (visit and visit.is_in):
            return self._refuse()
        file = visit.invitation._find_file(file_id)
        stored = file and file._find_attachment()
        try:
            stream = stored._to_http_stream() if stored else None
        except FileNotFoundError:
            stream = None
        if not stream:
            return self._go(visit, done="lost")
        self._note_download(visit, file, file.name)
        # it came from outside and may hold anything
        stream.mimetype = "application/octet-stream"
        stream.download_name = safe_name(file.name)
        return self._send(stream)

    # ------------------------------------------------------------------
    # Who comes
    # ------------------------------------------------------------------

    def _model(self, name):
        # sudo: dispute.invitation - the visitor has no account; what he may see and do
        # follows from the invitation that his cookie opens
        return request.env[f"dispute.{name}"].sudo()

    def _enter(self, reference):
        """The Visit to the page ``reference``, or None.

        Looks the same things up whoever comes.
        """
        reference = storable(reference)
        secret = storable(request.cookies.get(DEVICE_COOKIE) or "")
        token = storable(request.cookies.get(LINK_COOKIE) or "")
        device = self._model("invitation.device")._find_by_secret(secret, reference)
        invitation = self._model("invitation")._find_by_token(token)
        is_limited = self._model("invitation.refusal")._is_limited()
        if is_limited and not device.confirmed_at:
            return None
        if device:
            return self._make_visit(device.invitation_id, device, secret)
        if invitation and invitation.reference == reference:
            return self._make_visit(invitation, device, token)
        return None

    def _make_visit(self, invitation, device, secret):
        partner = invitation.professional_id.partner_id
        context = {
            "lang": self._pick_lang(partner.lang),
            "tz": partner.tz or invitation.company_id.partner_id.tz or "UTC",
        }
        return Visit(
            invitation.with_context(**context), device.with_context(**context), secret
        )

    def _pick_lang(self, *preferred):
        """The code of the installed language that suits best."""
        installed = [code for code, _name in self._get_langs()]
        chosen = request.params.get("lang"), request.cookies.get(LANG_COOKIE)
        for wanted in (*chosen, *preferred, request.best_lang):
            for code in installed:
                if wanted and code == wanted:
                    return code
            for code in installed:
                if wanted and code[:2] == wanted[:2]:
                    return code
        return "en_US" if "en_US" in installed else installed[0]

    def _get_langs(self):
        # sudo: res.lang - names of languages
        return request.env["res.lang"].sudo().get_installed()

    def _note(self, visit, action, what=None):
        self._model("invitation.access")._note(
            visit.invitation, action, visit.device, what
        )

    def _note_download(self, visit, record, name):
        self._note(visit, "downloaded", name)
        # in the language of the house, not of the visitor
        invitation = visit.invitation.with_context(lang=None)
        invitation._record_download(record, name)

    # ------------------------------------------------------------------
    # What they do
    # ------------------------------------------------------------------

    def _code(self, visit, post):
        """Mail a code for this device."""
        devices = visit.device.browse()
        if not devices._may_ask(visit.invitation):
            return self._show(visit, problem="codes")
        secret, is_sent = devices.with_context(
            page_lang=visit.invitation.env.context["lang"]
        )._ask_code(visit.invitation, self._model("invitation.access")._get_visitor())
        self._note(visit, "code" if is_sent else "unsent")
        if not is_sent:
            return self._show(visit, problem="unsent")
        response = self._go(visit)
        self._set_device(response, visit, secret)
        return response

    def _confirm(self, visit, post):
        """Let this device in if the code is right."""
        code = "".join(re.findall(r"\d", post.get("code") or ""))
        secret = visit.device and visit.device._confirm(visit.secret, code)
        self._note(visit, "confirmed" if secret else "wrong")
        if not secret:
            return self._show(visit, problem="code")
        response = self._go(visit)
        self._set_device(response, visit, secret)
        # from now on the device is known; the token need not lie about
        self._set_cookie(response, LINK_COOKIE, "", visit.invitation, max_age=0)
        return response

    def _leave(self, visit, post):
        """Forget this device."""
        visit.device._leave()
        self._note(visit, "left")
        return self._farewell(visit, "left")

    def _act(self, visit, action, post):
        invitation = visit.invitation
        uploads = request.httprequest.files.getlist("files")
        try:
            with request.env.cr.savepoint():
                if (request.httprequest.content_length or 0) > LARGEST_POST:
                    invitation._refuse_size()
                files = invitation._read_files(uploads)
                invitation._act(action, visit.device, post, files)
        except UserError as error:
            return self._show(visit, error=str(error), entered=post, opened=action)
        if action in LAST:
            return self._farewell(visit, action)
        return self._go(visit, done=action)

    # ------------------------------------------------------------------
    # What they get
    # ------------------------------------------------------------------

    def _show(self, visit, lang=None, status=200, **values):
        """The page, or its door as long as the device is not confirmed."""
        invitation = visit.invitation
        values = {
            "action": f"{PAGE_PATH}{invitation.reference}",
            "proof": visit.proof,
            "entered": {},
            **values,
        }
        if visit.is_in:
            values |= invitation._prepare_page_values()
            response = self._render("invitation_page", invitation.env, values, status)
        else:
            values |= visit.device._prepare_door_values(invitation)
            response = self._render("invitation_door", invitation.env, values, status)
        if lang:
            chosen = invitation.env.context["lang"]
            self._set_cookie(response, LANG_COOKIE, chosen, invitation)
        return response

    def _farewell(self, visit, action):
        """Thank, and forget the device."""
        values = {"company": visit.invitation.company_id, "done": action}
        env = visit.invitation.env
        response = self._render("invitation_farewell", env, values)
        for name in (DEVICE_COOKIE, LINK_COOKIE):
            self._set_cookie(response, name, "", visit.invitation, max_age=0)
        return response

    def _go(self, visit, done=None):
        """To the page, so that nothing is done twice when it is loaded again."""
        path = f"{PAGE_PATH}{visit.invitation.reference}"
        query = f"?done={done}#{PARTS.get(done, '')}" if done else ""
        return self._guard(request.redirect(path + query))

    def _refuse(self):
        """The one answer for whatever opens nothing."""
        refusals = self._model("invitation.refusal")
        if not refusals._is_limited():
            refusals._note()
        env = request.env(context={"lang": self._pick_lang()}, su=True)
        return self._render("invitation_refused", env, {}, status=404)

    def _render(self, template, env, values, status=200):
        values = {
            "languages": [
                (code, name.rpartition(" / ")[2]) for code, name in self._get_langs()
            ],
            "lang": env.context["lang"],
            "company": env["res.company"],
            **values,
        }
        html = env["ir.qweb"]._render(f"dispute_guard.{template}", values)
        headers = [("Content-Type", "text/html; charset=utf-8")]
        return self._guard(
            request.make_response(f"<!DOCTYPE html>\n{html}", headers, status=status)
        )

    def _send(self, stream):
        response = stream.get_response(as_attachment=True, immutable=False, max_age=0)
        return self._guard(response)

    def _guard(self, response):
        response.headers.update(HEADERS)
        return response

    def _set_device(self, response, visit, secret):
        left = visit.invitation.expires_at - fields.Datetime.now()
        self._set_cookie(
            response,
            DEVICE_COOKIE,
            secret,
            visit.invitation,
            max_age=int(left.total_seconds()),
        )

    def _set_cookie(self, response, name, value, invitation, max_age=None):
        """Set a cookie for this page alone."""
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            expires=None,
            path=PAGE_PATH + invitation.reference,
            secure=request.httprequest.is_secure,
            httponly=True,
            samesite="Lax",
        )
