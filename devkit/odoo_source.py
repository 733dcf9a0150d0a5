"""Odoo 19.0: the machine's own, else Debian's package, else the public branch."""

import json
import os
import re
import shutil
from pathlib import Path

from . import apt, paths, steps
from .errors import Failure
from .process import ask, clean_environment, run
from .python_env import base_python, site_packages

SERIES = "19.0"
PACKAGE = "odoo-19"
PUBLIC_REPOSITORY = "https://github.com/odoo/odoo.git"
# The state of Odoo that this checkout was last tried with
TRIED = paths.KIT / "odoo.tried.json"

# Packages that Debian's odoo-19 points into by relative links
LINKED = (
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-montserrat",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-glyphicons-halflings",
)
# Odoo wants Font Awesome 4.7; Debian names it so and lays other files in newer versions
FONT_AWESOME = ("fonts-font-awesome", "really4.7")

# Debian leaves this file out; every asset bundle names it. It serves only the blurred
# background of video calls, so a stand-in that says so is enough here.
ABSENT_SCRIPT = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
STAND_IN = """\
/* Stand-in: the library that blurs the background of video calls is not part of this
   Odoo package. Calls work without it. */
window.SelfieSegmentation = class {
    constructor() {
        throw new Error("Background blur is not part of this Odoo package.");
    }
};
"""


def ensure(offline=False, renew=False):
    """Have Odoo 19.0 and join it to the environment.

    :param renew: look for a newer Debian package or commit although there is an Odoo
    :return: {"kind", "version", "sha256", "place"}
    """
    asked = os.environ.get("ODOO_PATH")
    inputs = {"series": SERIES, "ODOO_PATH": asked, "place": str(paths.ROOT)}

    def build():
        before = steps.LEDGER.facts("odoo") or json.loads(TRIED.read_text())
        facts = _given(asked) if asked else _find(offline)
        _say_change(before, facts)
        return facts

    def present(facts):
        return (Path(facts["place"]) / "odoo" / "release.py").is_file()

    facts = steps.step("odoo", "Odoo 19.0", inputs, build, present=present, again=renew)
    _join(Path(facts["place"]))
    return facts


def _say_change(before, facts):
    known = (before.get("version"), before.get("sha256"))
    if facts["kind"] == before.get("kind") and known != (
        facts["version"],
        facts["sha256"],
    ):
        steps.say(f"    Odoo {facts['version']} now, was {known[0]} before")


def _find(offline):
    found = _importable()
    if found:
        return found
    steps.need_online(offline, "cannot get Odoo 19.0", "Odoo 19.0")
    try:
        return _from_debian()
    except Failure as failure:
        if "disk is full" in failure.why:
            raise
        steps.say(f"    no Debian package ({failure.why}); trying Odoo's public branch")
        try:
            return _from_git()
        except Failure as second:
            why = f"Debian's package: {failure.why}; public branch: {second.why}"
            raise Failure(second.what, why, second.mend) from failure


def _given(folder):
    """Odoo at the path the user gave: a source checkout or a dist-packages folder."""
    place = Path(folder).expanduser().resolve()
    version = release_of(place)
    if version != SERIES:
        raise Failure(
            f"cannot use ODOO_PATH={folder}",
            f"it holds Odoo {version}"
            if version
            else "there is no odoo/release.py in it",
            "Name the folder that contains odoo/ of a 19.0, or unset ODOO_PATH.",
        )
    return _facts("path", place)


def _importable():
    """Odoo 19.0 that the machine's Python can import, or None."""
    place = ask(
        [base_python(), "-c", "import odoo.release as r; print(r.__file__)"],
        env=clean_environment(),
    ).strip()
    place = Path(place).parent.parent if place else None
    return _facts("machine", place) if place and release_of(place) == SERIES else None


def release_of(place):
    """Series of the Odoo in a folder, e.g. "19.0"; "" when there is none."""
    try:
        text = (place / "odoo" / "release.py").read_text(encoding="utf-8")
    except OSError:
        return ""
    match = re.search(r"^version_info = \((\d+), (\d+)", text, re.MULTILINE)
    return ".".join(match.groups()) if match else ""


def _facts(kind, place, version=SERIES, sha256=None):
    return {"kind": kind, "place": str(place), "version": version, "sha256": sha256}


def _from_debian():
    """Fetch and unpack Debian's odoo-19 and what it points to."""
    if apt.os_release().get("ID") != "debian":
        raise Failure(
            "cannot get Odoo 19.0", "the machine's mirror is not Debian's", ""
        )
    unstable = apt.PrivateApt("sid")
    unstable.update()
    candidate = unstable.candidate(PACKAGE)
    if not candidate:
        raise Failure("cannot get Odoo 19.0", f"the mirror has no {PACKAGE}", "")
    version, sha256 = candidate
    # The folder's name holds no character that a version may have and a path should
    # not.
    target = paths.ODOO / re.sub(r"[^\w.+-]", "_", version)
    place = target / "usr" / "lib" / "python3" / "dist-packages"
    if not (place / "odoo" / "release.py").is_file():
        with steps.folder_being_made(target) as part:
            unstable.unpack([f"{PACKAGE}={version}"], part)
            _lay_beside(part, unstable)
    return _facts("debian", place, version, sha256)


def _lay_beside(root, unstable):
    """Add to an unpacked odoo-19 what Debian keeps elsewhere or leaves out."""
    unstable.unpack(LINKED, root)
    own = apt.PrivateApt()
    own.update()
    name, marker = FONT_AWESOME
    candidate = own.candidate(name, marker)
    if not candidate:
        raise Failure(
            "cannot complete Debian's Odoo", f"this release has no {name} 4.7", ""
        )
    own.unpack([f"{name}={candidate[0]}"], root)
    packages = root / "usr" / "lib" / "python3" / "dist-packages"
    script = packages / ABSENT_SCRIPT
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(STAND_IN, encoding="utf-8")


def _from_git():
    """Clone the newest commit of Odoo's public 19.0 branch."""
    if not shutil.which("git"):
        apt.install_as_root(["git"], "cannot clone Odoo's public branch")
    target = paths.ODOO / "git"
    with steps.folder_being_made(target) as part:
        run(
            ["git", "clone", "--depth=1", "-b", SERIES, PUBLIC_REPOSITORY, part],
            what="cannot get Odoo 19.0",
            log="odoo",
        )
    commit = ask(["git", "-C", target, "rev-parse", "HEAD"]).strip()
    return _facts("git", target, commit)


def _join(place):
    """Make the environment's Python import Odoo, and only that, from a folder.

    A folder that holds more than Odoo (the machine's dist-packages) is reached through
    a link, so that its other packages stay out.
    """
    if not (place / "odoo-bin").exists() and not place.is_relative_to(paths.ODOO):
        folder = paths.ODOO / "link"
        folder.mkdir(parents=True, exist_ok=True)
        link = folder / "odoo"
        link.unlink(missing_ok=True)
        link.symlink_to(place / "odoo")
        place = folder
    pth = site_packages() / "odoo_source.pth"
    line = f"{place}\n"
    if not pth.exists() or pth.read_text(encoding="utf-8") != line:
        steps.write_whole(pth, line)
