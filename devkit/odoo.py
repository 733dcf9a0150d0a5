"""Running Odoo: configuration files, databases, the server."""

import ast
import configparser
import io
import os
import re
import shutil
import socket
import subprocess

from . import paths, steps
from .errors import Failure, Terminated
from .process import clean_environment, run
from .python_env import site_packages

DEFAULT_PORT = 8069
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")


def check_name(database):
    """Refuse a name that would need quoting or is a database of the server's own."""
    if not NAME.match(database) or database in ("postgres", "template0", "template1"):
        raise Failure(
            f"cannot use {database!r} as a database",
            "the name is not one of lower-case letters, digits and _",
            "Choose another one for --db.",
        )
    return database


def addons_path():
    """Folders with addons beside Odoo's own: the checkout and the OCA wheels."""
    folders = [site_packages() / "odoo" / "addons"]
    if paths.present_addons():
        folders.insert(0, paths.ROOT)
    return ",".join(map(str, folders))


def write_config(server, database, **options):
    """Write the configuration file for one database; return its path.

    :param server: a postgres.Server
    :param options: options of Odoo that differ from those chosen here
    """
    values = {
        **server.odoo_options(),
        "db_name": database,
        "dbfilter": f"^{database}$",
        "list_db": False,
        "addons_path": addons_path(),
        "data_dir": paths.DATA,
        "http_interface": "127.0.0.1",
        "http_port": DEFAULT_PORT,
        "max_cron_threads": 0,
        # No mail leaves unless a port is named: nothing listens here.
        "smtp_server": "127.0.0.1",
        "smtp_port": 9,
        **options,
    }
    parser = configparser.RawConfigParser()
    parser["options"] = {name: str(value) for name, value in values.items()}
    text = io.StringIO()
    parser.write(text)
    path = paths.CONF / f"{database}.conf"
    steps.write_whole(path, text.getvalue())
    path.chmod(0o600)
    paths.DATA.mkdir(exist_ok=True)
    return path


def environment(**extra):
    """Environment of programs that run Odoo: our tools first on PATH."""
    path = (
        f"{paths.BIN}{os.pathsep}{paths.VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    )
    return clean_environment(PATH=path, PYTHONDONTWRITEBYTECODE="1", **extra)


def install(config, modules, *, demo=True, what=None):
    """Install modules into the database of a configuration; make it if need be."""
    database = config.stem
    run(
        [paths.venv_python(), "-m", "odoo", "server", "-c", config, "-d", database]
        + ["-i", ",".join(modules), "--with-demo" if demo else "--without-demo=1"]
        + ["--stop-after-init", "--no-http"],
        what=what or f"cannot install {', '.join(modules)}",
        log=f"install-{database}",
        env=environment(),
        mend="Mend the addon and run the same command again.",
    )


def foundation():
    """Modules that the product's addons stand on: what their manifests depend on."""
    modules = {"helpdesk_mgmt", "agreement"}
    for name in paths.present_addons():
        text = (paths.ROOT / name / "__manifest__.py").read_text(encoding="utf-8")
        modules.update(ast.literal_eval(text).get("depends", []))
    return sorted(modules - set(paths.ADDONS))


def prepare_database(server, database, modules, *, demo=True):
    """Make a database anew with the foundation and then some modules of the product.

    The foundation is installed once and copied from then on.
    """
    check_name(database)
    with steps.exclusive("template"):
        base = ensure_template(server, demo)
        drop_database(server, database)
        server.copy(base, database)
        copy_filestore(base, database)
    config = write_config(server, database)
    with steps.progress(f"Database {database}"):
        if modules:
            install(config, modules, demo=demo)
    return config


def ensure_template(server, demo):
    """Have the database that others are copied from; return its name."""
    modules = foundation()
    inputs = {
        "odoo": steps.LEDGER.facts("odoo"),
        "python": steps.LEDGER.facts("venv"),
        "modules": modules,
        "server": [server.host, server.port],
    }
    kind = f"dg_template_{'demo' if demo else 'plain'}_"
    name = f"{kind}{steps.digest_of(inputs)[:8]}"
    if name not in server.databases():
        with steps.progress("Foundation (Odoo, helpdesk, agreements)"):
            for old in server.databases():
                if old.startswith(kind):
                    drop_database(server, old)
            part = f"{name}_part"
            install(write_config(server, part), modules, demo=demo)
            copy_filestore(part, name)
            server.query(f'ALTER DATABASE "{part}" RENAME TO "{name}"')
    return name


def drop_database(server, database):
    server.drop(database)
    shutil.rmtree(filestore(database), ignore_errors=True)
    # keys and heads of its ledgers
    shutil.rmtree(paths.DATA / "dispute_guard" / database, ignore_errors=True)


def filestore(database):
    return paths.DATA / "filestore" / database


def copy_filestore(source, target):
    """Give a copied database its files: links, as Odoo never changes a stored file."""
    shutil.rmtree(filestore(target), ignore_errors=True)
    if filestore(source).exists():
        shutil.copytree(filestore(source), filestore(target), copy_function=os.link)


def free_port():
    """A TCP port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def need_port(port):
    """Refuse a port that is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Failure(
                f"cannot serve on port {port}",
                "another program listens there" if port > 1023 else str(error.strerror),
                "Choose another one with --port.",
            ) from error


def serve(config, *arguments):
    """Run the server of a configuration until it is ended; return its exit code."""
    command = [paths.venv_python(), "-m", "odoo", "server", "-c", config, *arguments]
    return run_in_foreground(command)


def run_in_foreground(command):
    """Run a program that talks to the terminal until it ends; return its exit code."""
    process = subprocess.Popen([str(part) for part in command], env=environment())
    while True:
        try:
            return process.wait()
        except Terminated:
            process.terminate()
        except KeyboardInterrupt:
            # The program got the interrupt as well and decides what to do with it.
            continue
