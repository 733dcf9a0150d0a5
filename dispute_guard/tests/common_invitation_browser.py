"""A professional's page in a browser that runs no scripts, as on a lawyer's phone."""

import base64
import json
import time
from contextlib import contextmanager
from pathlib import Path

from odoo.tests.common import ChromeBrowser

from .common_invitation import PageCommon
from .common_pictures import PICTURES

SIZES = {"phone": (390, 844, True), "desktop": (1280, 900, False)}


class PageBrowserCommon(PageCommon):
    @contextmanager
    def page_browser(self):
        """Let the professional open a browser; there is no other at the time."""
        self.browser = ChromeBrowser(self)
        try:
            with self.allow_requests(browser=self.browser):
                self.ask("Emulation.setScriptExecutionDisabled", value=True)
                self.set_size("phone")
                yield
        finally:
            self.browser.stop()

    def ask(self, method, **params):
        return self.browser._websocket_request(method, params=params)

    def set_size(self, name, scheme="light"):
        width, height, is_phone = SIZES[name]
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=is_phone,
        )
        self.ask(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    def run_code(self, code):
        answer = self.ask("Runtime.evaluate", expression=code, returnByValue=True)
        return answer["result"].get("value")

    def await_seen(self, selector):
        self.browser._wait_ready(
            f"document.readyState === 'complete' "
            f"&& !!document.querySelector({json.dumps(selector)})"
        )

    def open(self, path, selector):
        self.env.flush_all()
        self.browser.navigate_to(self.base_url() + path)
        self.await_seen(selector)

    def submit(self, action, selector, **fields):
        """Fill in and send the form ``action``, and wait for ``selector``."""
        form = f"document.querySelector('form[action$=\"/{action}\"]')"
        for name, value in fields.items():
            field = f"{form}.elements['{name}']"
            self.run_code(f"{field}.value = {json.dumps(value)}")
        self.run_code("document.documentElement.id = 'old'")
        self.run_code(f"{form}.querySelector('button').click()")
        self.await_seen(f"html:not(#old) {selector}")
        self.env.invalidate_all()

    def take(self, name):
        """Take pictures of the whole page, for people to look at."""
        if not PICTURES:
            return
        folder = Path(PICTURES)
        folder.mkdir(parents=True, exist_ok=True)
        for size in SIZES:
            for scheme in ("light", "dark"):
                self.set_size(size, scheme)
                time.sleep(0.3)
                width, height, _is_phone = SIZES[size]
                height = max(
                    height, self.run_code("document.documentElement.scrollHeight")
                )
                answer = self.ask(
                    "Page.captureScreenshot",
                    captureBeyondViewport=True,
                    clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1},
                )
                (folder / f"{name}_{size}_{scheme}.png").write_bytes(
                    base64.b64decode(answer["data"])
                )
        self.set_size("phone")

    def assertFits(self):
        """Assert that nothing is wider than the phone."""
        self.assertLessEqual(
            self.run_code("document.documentElement.scrollWidth"), SIZES["phone"][0]
        )
