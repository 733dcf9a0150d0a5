from odoo.tests import tagged

from odoo.addons.web.tests.test_js import WebSuite


@tagged("post_install", "-at_install")
class TestDisputeGuardJs(WebSuite):
    """Run the JavaScript unit tests of this addon, and no other's, in a browser."""

    def get_hoot_filters(self):
        self._test_params = [("+", "@dispute_guard")]
        return super().get_hoot_filters()

    def test_dispute_guard(self):
        self.test_unit_desktop()
