"""Packages of the distribution, fetched and unpacked without installing them.

A private apt state (lists, cache, sources of its own) lies under `.dev/apt`; the
machine's apt set-up is read, never changed. Mirror addresses are asked of the machine
at run time.
"""

import os
import shutil

from . import paths
from .errors import Failure
from .process import ask, run

# Keyrings of the archives, by the ID of /etc/os-release
KEYRING = "/usr/share/keyrings/{0}-archive-keyring.gpg"


def os_release():
    """Facts of /etc/os-release (ID, VERSION_CODENAME, …), {} without such a file."""
    facts = {}
    try:
        with open("/etc/os-release", encoding="utf-8") as lines:
            for line in lines:
                name, _, value = line.strip().partition("=")
                facts[name] = value.strip('"')
    except OSError:
        pass
    return facts


def machine_archives():
    """Main archives of the machine's release: set of (address, component)."""
    targets = ask(
        ["apt-get", "indextargets", "Created-By: Packages", "--format"]
        + ["$(RELEASE)|$(REPO_URI)|$(COMPONENT)"]
    )
    codename = os_release().get("VERSION_CODENAME", "stable")
    archives = set()
    for line in targets.splitlines():
        release, address, component = line.split("|")
        if release in (codename, "stable") and component in ("main", "universe"):
            archives.add((address, component))
    return archives


class PrivateApt:
    """An apt of our own that knows one suite.

    :param suite: name of a suite of the machine's mirror; None: the machine's release
    """

    def __init__(self, suite=None):
        self.suite = suite or os_release().get("VERSION_CODENAME", "stable")
        self.folder = paths.APT / self.suite
        self.updated = False

    def _options(self):
        folder = self.folder
        options = {
            "Dir::State": folder / "state",
            "Dir::State::Lists": folder / "lists",
            "Dir::State::status": "/var/lib/dpkg/status",
            "Dir::Cache": folder / "cache",
            "Dir::Etc::sourcelist": folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        if os.geteuid() == 0:
            # The folder may lie where apt's own user cannot go.
            options["APT::Sandbox::User"] = "root"
        return [f"-o{name}={value}" for name, value in options.items()]

    def _write_sources(self):
        if not shutil.which("apt-get"):
            raise Failure(
                "cannot fetch packages",
                "this machine has no apt-get",
                "Use Debian 12/13 or Ubuntu 24.04, or see docs/development.md.",
            )
        archives = machine_archives()
        if not archives:
            raise Failure(
                "cannot fetch packages",
                "apt has no source for the release of this machine",
                "Check /etc/apt/sources.list and run the same command again.",
            )
        keyring = KEYRING.format(os_release().get("ID"))
        signed = f"[signed-by={keyring}] " if os.path.exists(keyring) else ""
        lines = [
            f"deb {signed}{address} {self.suite} {component}\n"
            for address, component in sorted(archives)
        ]
        for name in ("state", "lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "sources.list").write_text("".join(lines), encoding="utf-8")

    def update(self):
        """Read the index of the suite, once a run."""
        if not self.updated:
            self._write_sources()
            run(
                ["apt-get", *self._options(), "update", "--error-on=any"],
                what=f"cannot read the package index of {self.suite}",
                log="apt",
            )
            self.updated = True

    def candidate(self, package, marker=""):
        """Newest version whose string contains `marker`, with its SHA-256.

        :return: (version, sha256), or None when the index has no such package
        """
        records = ask(["apt-cache", *self._options(), "show", package])
        for record in records.split("\n\n"):
            facts = dict(
                line.split(": ", 1) for line in record.splitlines() if ": " in line
            )
            if marker in facts.get("Version", "") and "SHA256" in facts:
                return facts["Version"], facts["SHA256"]
        return None

    def unpack(self, packages, target):
        """Fetch packages ("name" or "name=version") and unpack them into a folder.

        apt has checked the digests against the signed index when they arrive.
        """
        downloads = self.folder / "downloads"
        shutil.rmtree(downloads, ignore_errors=True)
        downloads.mkdir(parents=True)
        run(
            ["apt-get", *self._options(), "download", *packages],
            what=f"cannot fetch {', '.join(packages)[:80]}",
            log="apt",
            cwd=downloads,
        )
        for archive in sorted(downloads.glob("*.deb")):
            run(
                ["dpkg", "-x", archive, target],
                what=f"cannot unpack {archive.name}",
                log="apt",
            )
        shutil.rmtree(downloads)


def install_as_root(packages, what):
    """Install packages of the distribution when root, else say the command that would.

    :raises Failure: with that command in its line, when not root or when apt fails
    """
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    mend = f"As root: apt-get update && {' '.join(command)}"
    if os.geteuid():
        raise Failure(
            what, "it is not installed and this user may not install it", mend
        )
    if not shutil.which("apt-get"):
        raise Failure(what, "it is not installed and there is no apt-get", mend)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        run(command, what=what, log="apt", env=environment)
    except Failure:
        # A fresh machine has no lists, an old one lists that the mirror no longer
        # serves.
        run(["apt-get", "update"], what=what, log="apt", env=environment)
        run(command, what=what, log="apt", env=environment)
