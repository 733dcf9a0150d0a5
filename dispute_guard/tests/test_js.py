from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestDisputeGuardJs(HttpCase):
    """Run the JavaScript unit tests of this addon, and no other's, in a browser."""

    def test_unit(self):
        self.browser_js(
            "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            "&filter=@dispute_guard",
            "",
            "",
            login="admin",
            timeout=600,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
