import base64
import os
import time
from pathlib import Path

from odoo.tests import HttpCase
from odoo.tests.common import ChromeBrowser

# A folder for pictures of the main screens; none are taken without it.
PICTURES = os.environ.get("DISPUTE_GUARD_PICTURES")
# What fades in or is drawn on a canvas tells no selector that it is done.
SETTLE_SECONDS = 3


class PictureCommon(HttpCase):
    def take_pictures(self, user, screens):
        """Save pictures for the documentation, if there is a folder for them.

        :param dict screens: names of pictures, each with the address below ``/odoo/``,
            a selector of what must be seen, and selectors to click on before
        """
        if not PICTURES:
            return
        folder = Path(PICTURES)
        folder.mkdir(parents=True, exist_ok=True)
        browser = ChromeBrowser(self)
        try:
            with self.allow_requests(browser=browser):
                self.authenticate(user.login, user.login, browser=browser)
                for name, (path, selector, *clicks) in screens.items():
                    browser.navigate_to(f"{self.base_url()}/odoo/{path}")
                    for click in clicks:
                        self._await(browser, click)
                        code = f"document.querySelector('{click}').click()"
                        browser._websocket_request(
                            "Runtime.evaluate", params={"expression": code}
                        )
                    self._await(browser, selector)
                    answer = browser._websocket_request("Page.captureScreenshot")
                    (folder / f"{name}.png").write_bytes(
                        base64.b64decode(answer["data"])
                    )
        finally:
            browser.stop()

    def _await(self, browser, selector):
        browser._wait_ready(f"!!document.querySelector('{selector}')")
        time.sleep(SETTLE_SECONDS)
