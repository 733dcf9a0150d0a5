"""Chromium for browser tests and wkhtmltopdf for PDF: found, or installed when root."""

import os
import shutil

from . import apt, paths, steps
from .errors import Failure

CHROMIUM, WKHTMLTOPDF = "chromium", "wkhtmltopdf"
BROWSERS = (CHROMIUM, "google-chrome", "google-chrome-stable", "chromium-browser")
# Latin and Cyrillic letters with all their marks, for pictures and PDF
FONTS = ("fonts-dejavu-core", "fonts-noto-core")
# What Odoo's own test runner does not pass: the browser asks nothing of the network.
FLAGS = (
    "--disable-quic --disable-component-update --disable-sync --no-pings"
    " --disable-domain-reliability --disable-features=OptimizationHints,Translate"
)
# Odoo looks for this name first, so the wrapper goes before any installed browser.
WRAPPER = "google-chrome"


def ensure(*programs, offline=False):
    """Have programs of the machine; a browser gets its wrapper in `.dev/bin`.

    :param programs: CHROMIUM, WKHTMLTOPDF
    :raises Failure: naming all that root would have to install
    """
    missing = [name for name in programs if not find(name)]
    if missing:
        names = " and ".join(missing)
        what = f"cannot go on without {names}"
        steps.need_online(offline, what, names)
        if CHROMIUM in missing and apt.os_release().get("ID") == "ubuntu":
            # Ubuntu's package is an empty one that points to a snap.
            raise Failure(
                what,
                "Ubuntu has Chromium only as a snap",
                "Install Google Chrome's package or `snap install chromium`, or name "
                "a browser in CHROMIUM.",
            )
        with steps.progress(names):
            apt.install_as_root([*missing, *FONTS], what)
    if CHROMIUM in programs:
        _write_wrapper(find(CHROMIUM))


def find(name):
    """Path of a program, or None; for a browser CHROMIUM names another one."""
    if name != CHROMIUM:
        return shutil.which(name)
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        if os.access(chosen, os.X_OK):
            return chosen
        mend = "Name one or unset it."
        raise Failure(f"cannot use CHROMIUM={chosen}", "it is no program", mend)
    wrapper = str(paths.BIN / WRAPPER)
    found = filter(None, map(shutil.which, BROWSERS))
    return next((path for path in found if path != wrapper), None)


def _write_wrapper(program):
    script = f'#!/bin/sh\nexec "{program}" {FLAGS} "$@"\n'
    wrapper = paths.BIN / WRAPPER
    if not wrapper.exists() or wrapper.read_text(encoding="utf-8") != script:
        steps.write_whole(wrapper, script)
        wrapper.chmod(0o755)
