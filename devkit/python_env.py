"""The Python environment: exactly what requirements.lock names, checked by hash."""

import os
import re
import shutil
import subprocess
import sys

from . import apt, paths, steps
from .errors import Failure
from .process import clean_environment, run

SUPPORTED = ((3, 11), (3, 12), (3, 13))
WHAT = "cannot install the Python packages"


def base_python():
    """Interpreter to make the environment from: this one, else a fitting one."""
    if sys.version_info[:2] in SUPPORTED:
        return sys.executable
    for major, minor in SUPPORTED:
        found = shutil.which(f"python{major}.{minor}")
        if found:
            return found
    raise Failure(
        "cannot make the Python environment",
        f"Odoo 19.0 does not run on Python {sys.version_info[0]}.{sys.version_info[1]}",
        "Install Python 3.11, 3.12 or 3.13 and run the same command again.",
    )


class Environment:
    """A virtual environment of its own that holds what one lock names.

    :param name: of the link to it in `.dev`
    :param title: what the reader sees
    """

    def __init__(self, name, title, lock):
        self.name, self.title = name, title
        self.requirements = locked(lock)

    def ensure(self, offline=False):
        """Make the environment unless it fits the lock already."""
        python = base_python()
        inputs = {
            "python": [python, sys.version],
            "place": str(paths.ROOT),
            "lock": self.requirements,
        }
        # Two versions never share a folder: the old one may be in use meanwhile.
        folder = paths.STATE / f"{self.name}-{steps.digest_of(inputs)[:8]}"

        def build():
            steps.need_online(offline, WHAT, self.title)
            make_environment(python, folder, self.requirements)
            return {"folder": folder.name}

        def present(_facts):
            return (folder / "complete").exists() and (folder / "bin/python").exists()

        facts = steps.step(self.name, self.title, inputs, build, present=present)
        self._point_to(folder)
        return facts

    def _point_to(self, folder):
        """Let the link name the folder, in one move."""
        link = paths.STATE / self.name
        if link.is_symlink() and os.readlink(link) == folder.name:
            return
        part = paths.STATE / f"{self.name}.part"
        part.unlink(missing_ok=True)
        part.symlink_to(folder.name)
        part.replace(link)


def make_environment(python, folder, requirements):
    """Make a virtual environment in `folder` and install requirements into it."""
    shutil.rmtree(folder, ignore_errors=True)
    # Debian's python3 comes without ensurepip, so pip is brought in separately.
    run(
        [python, "-m", "venv", "--without-pip", folder],
        what="cannot make the Python environment",
        log="python",
    )
    pip = _bootstrap_pip(python)
    # pip and setuptools of the lock come first: they then install the rest.
    first = [
        line for line in requirements if line.startswith(("pip==", "setuptools=="))
    ]
    install(folder, first, "bootstrap", pip)
    own_pip = {"command": [folder / "bin" / "python", "-m", "pip"], "environment": {}}
    try:
        install(folder, requirements, "requirements", own_pip)
    except Failure as failure:
        if "missing compiler" not in failure.why or os.geteuid():
            raise
        apt.install_as_root(["g++", "python3-dev"], "cannot install a compiler")
        install(folder, requirements, "requirements", own_pip)
    (folder / "complete").touch()


def locked(lock):
    """Requirements of a lock file, each with its hashes, as pip reads them."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]


def install(folder, requirements, name, pip):
    """Install locked requirements, hashes checked, nothing else resolved or fetched.

    The lock is complete, so dependencies are not followed; the Odoo that some wheels
    ask for is a source tree. Where to fetch from is left to the machine's pip
    configuration.
    """
    listing = folder / f"{name}.txt"
    listing.write_text("\n".join(requirements) + "\n", encoding="utf-8")
    options = [
        "--require-hashes",
        "--no-deps",
        "--no-build-isolation",
        "--prefer-binary",
    ]
    run(
        [*pip["command"], "--python", folder / "bin" / "python", "install"]
        + ["--disable-pip-version-check", "--no-input", "--progress-bar=off"]
        + [*options, "-r", listing],
        what=WHAT,
        log="python",
        env=clean_environment(
            **pip["environment"],
            # Options of other projects that would change what is installed and where.
            PIP_CONSTRAINT="/dev/null",
            PIP_USER=None,
            PIP_TARGET=None,
            PIP_PREFIX=None,
            PIP_NO_BINARY=None,
        ),
    )


def _bootstrap_pip(python):
    """A pip to start with: the interpreter's own, or Debian's wheel unpacked."""
    if _has_pip(python):
        return {"command": [python, "-m", "pip"], "environment": {}}
    target = paths.APT / "pip"
    if not list(target.glob("usr/share/python-wheels/pip-*.whl")):
        own = apt.PrivateApt()
        own.update()
        with steps.folder_being_made(target) as part:
            own.unpack(["python3-pip-whl"], part)
    wheel = next(target.glob("usr/share/python-wheels/pip-*.whl"))
    return {"command": [python, "-m", "pip"], "environment": {"PYTHONPATH": wheel}}


def _has_pip(python):
    """Whether an interpreter has a pip that knows `--python` (22.3 and later)."""
    answer = subprocess.run(
        [python, "-m", "pip", "--version"],
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
    )
    version = re.match(r"pip (\d+)\.(\d+)", answer.stdout)
    return bool(version) and tuple(map(int, version.groups())) >= (22, 3)


def ensure(offline=False):
    """Make `.dev/venv`, in which Odoo, tests and demo run."""
    return Environment("venv", "Python environment", paths.LOCKFILE).ensure(offline)


def ensure_lint(offline=False):
    """Make `.dev/lint`, in which pre-commit and the Node.js of its hooks are."""
    return Environment("lint", "Tools for lint", paths.LINT_LOCKFILE).ensure(offline)


def site_packages():
    """Folder of the environment that its packages are in."""
    return next((paths.VENV / "lib").glob("python3.*")) / "site-packages"
