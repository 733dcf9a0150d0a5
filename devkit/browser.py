"""Chromium for browser tests and wkhtmltopdf for PDF: found, or installed when root."""

import os
import shutil

from . import apt, paths, steps
from .errors import Failure

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
# Latin and Cyrillic letters with all their marks, for pictures and PDF
FONTS = ("fonts-dejavu-core", "fonts-noto-core")
# What Odoo's own test runner does not pass: the browser asks nothing of the network.
FLAGS = (
    "--disable-quic --disable-component-update --disable-sync --no-pings"
    " --disable-domain-reliability --disable-features=OptimizationHints,Translate"
)
# Odoo looks for this name first, so the wrapper goes before any installed browser.
WRAPPER = "google-chrome"


def find_browser():
    """Path of a Chromium or Chrome, or None; CHROMIUM names one."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        if os.access(chosen, os.X_OK):
            return chosen
        raise Failure(
            f"cannot use CHROMIUM={chosen}", "it is no program", "Name one or unset it."
        )
    wrapper = str(paths.BIN / WRAPPER)
    for name in NAMES:
        found = shutil.which(name)
        if found and found != wrapper:
            return found
    return None


def ensure_browser(offline=False):
    """Have a browser and a wrapper of it in `.dev/bin` that Odoo's tests will find."""
    program = find_browser()
    if not program:
        what = "cannot run browser tests without Chromium"
        steps.need_online(offline, what, "Chromium")
        if apt.os_release().get("ID") == "ubuntu":
            # Ubuntu's package is an empty one that points to a snap.
            raise Failure(
                what,
                "Ubuntu has it only as a snap",
                "Install Google Chrome's package or `snap install chromium`, or name a "
                "browser in CHROMIUM.",
            )
        with steps.progress("Chromium"):
            apt.install_as_root(["chromium", *FONTS], what)
        program = find_browser()
    script = f'#!/bin/sh\nexec "{program}" {FLAGS} "$@"\n'
    wrapper = paths.BIN / WRAPPER
    if not wrapper.exists() or wrapper.read_text(encoding="utf-8") != script:
        steps.write_whole(wrapper, script)
        wrapper.chmod(0o755)
    return program


def ensure_pdf(offline=False):
    """Have wkhtmltopdf."""
    program = shutil.which("wkhtmltopdf")
    if not program:
        what = "cannot print PDF without wkhtmltopdf"
        steps.need_online(offline, what, "wkhtmltopdf")
        with steps.progress("wkhtmltopdf"):
            apt.install_as_root(["wkhtmltopdf", *FONTS], what)
        program = shutil.which("wkhtmltopdf")
    return program
