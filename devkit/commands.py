"""The sub-commands: their options, and which part of the kit does the work."""

import os
import shutil
import subprocess
import sys

from . import (
    bench,
    browser,
    demo,
    lint,
    odoo,
    odoo_source,
    outbox,
    paths,
    postgres,
    python_env,
    steps,
    testing,
)
from .errors import Failure

DEMO_DATABASE = "dispute_guard_demo"
TEST_DATABASE = "dispute_guard_test"
# Remembers what --postgres said last
CHOICE = paths.STATE / "postgres.choice"


class Command:
    """A sub-command.

    :param name: as typed
    :param description: one line
    :param function: called with the parsed options; returns an exit code or None
    :param options: function that adds options to the sub-command's parser
    :param takes_rest: hand unknown arguments on (as `rest`) to the program it runs
    """

    def __init__(self, name, description, function, options=None, takes_rest=False):
        self.name, self.description, self.function = name, description, function
        self.options, self.takes_rest = options, takes_rest

    def add_to(self, subparsers):
        parser = subparsers.add_parser(
            self.name,
            help=self.description,
            description=f"{self.description[0].upper()}{self.description[1:]}.",
            allow_abbrev=False,
        )
        parser.set_defaults(function=self.function, takes_rest=self.takes_rest)
        if self.options:
            self.options(parser)


def setup_options(parser):
    parser.add_argument(
        "--offline",
        action="store_true",
        help="use what is cached or say what is missing",
    )
    parser.add_argument(
        "--postgres",
        metavar="private|system|URI",
        help="PostgreSQL to use: a private cluster from the locked wheel (default), "
        "one run with the machine's own programs, or a server's address; remembered",
    )


def database_option(default):
    def add(parser):
        setup_options(parser)
        parser.add_argument(
            "--db", default=default, help="database to use (default: %(default)s)"
        )

    return add


def prepare(options):
    """Do the set-up that every command with Odoo needs; return the postgres.Server."""
    steps.say("Set-up")
    with steps.exclusive():
        python_env.ensure(options.offline)
        odoo_source.ensure(options.offline, getattr(options, "renew_odoo", False))
        return remembered_server(options.postgres)


def remembered_server(choice):
    """The server of the --postgres given now, else given last, else a private one."""
    if not choice:
        return postgres.ensure(CHOICE.read_text() if CHOICE.exists() else "private")
    server = postgres.ensure(choice)
    steps.write_whole(CHOICE, choice)
    CHOICE.chmod(0o600)
    return server


def setup(options):
    prepare(options)
    browser.ensure(browser.CHROMIUM, browser.WKHTMLTOPDF, offline=options.offline)
    steps.say("Ready: ./dev demo, ./dev test")


def setup_all_options(parser):
    setup_options(parser)
    parser.add_argument(
        "--renew-odoo", action="store_true", help="look for a newer build of Odoo 19.0"
    )


def need_database(server, database):
    if odoo.check_name(database) not in server.databases():
        raise Failure(
            f"cannot open the database {database}",
            "it does not exist",
            f"Make it: ./dev demo --no-serve --db {database}",
        )


def demo_command(options):
    return demo.run_demo(options, prepare)


def demo_options(parser):
    serve_options(parser)
    parser.add_argument("--no-serve", action="store_true", help="stop before serving")
    parser.add_argument("--json", metavar="FILE", help="write what happened to a file")
    parser.add_argument(
        "--keep", action="store_true", help="keep a demo database that exists"
    )


def serve(options):
    server = prepare(options)
    need_database(server, options.db)
    odoo.need_port(options.port)
    with outbox.running() as smtp_port:
        config = odoo.write_config(
            server,
            options.db,
            http_port=options.port,
            smtp_port=smtp_port,
            max_cron_threads=1,
        )
        steps.say(f"http://127.0.0.1:{options.port}/odoo   (Ctrl+C ends it)")
        return odoo.serve(config, *options.rest)


def serve_options(parser):
    database_option(DEMO_DATABASE)(parser)
    parser.add_argument(
        "--port",
        type=int,
        default=odoo.DEFAULT_PORT,
        help="port on the loopback interface (default: %(default)s)",
    )


def shell(options):
    server = prepare(options)
    need_database(server, options.db)
    config = odoo.write_config(server, options.db)
    command = [paths.venv_python(), "-m", "odoo", "shell", "-c", config, "--no-http"]
    return odoo.run_in_foreground([*command, *options.rest])


def test(options):
    return testing.run_tests(options, prepare)


def test_options(parser):
    database_option(TEST_DATABASE)(parser)
    parser.add_argument(
        "--keep", action="store_true", help="use the database as it is, install nothing"
    )
    parser.add_argument(
        "--no-demo", action="store_true", help="test on a database without demo data"
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="leave HTTP and browser tests out"
    )


def bench_command(options):
    return bench.run_bench(options, prepare)


def bench_options(parser):
    setup_options(parser)
    parser.add_argument("--only", metavar="NAME,…", help="figures or groups to measure")
    parser.add_argument("--json", metavar="FILE", help="write the figures to a file")
    parser.add_argument(
        "--rounds",
        type=int,
        default=100,
        help="samples for each figure (default: %(default)s)",
    )
    parser.add_argument(
        "--items",
        type=int,
        default=50_000,
        help="items of the ledger that is measured (default: %(default)s)",
    )


def lint_command(options):
    with steps.exclusive():
        return lint.run_lint(options)


def lint_options(parser):
    parser.add_argument(
        "--offline",
        action="store_true",
        help="use what is cached or say what is missing",
    )


def screen(options):
    """Run the text room's own command line; it needs nothing but this Python."""
    if not (paths.ADDON / "screening").is_dir():
        raise Failure(
            "cannot screen", "dispute_guard/screening is missing", "Check the checkout."
        )
    command = [sys.executable, "-m", "screening", *options.rest]
    environment = {**os.environ, "PYTHONPATH": str(paths.ADDON)}
    return subprocess.call(command, env={**environment, "PYTHONDONTWRITEBYTECODE": "1"})


def reset(options):
    with steps.exclusive():
        postgres.remove()
        for folder in (
            paths.DATA,
            paths.CONF,
            paths.OUTBOX,
            paths.LOGS,
            paths.PICTURES,
        ):
            shutil.rmtree(folder, ignore_errors=True)
        for path in [CHOICE, *paths.STATE.glob("facts-*.json")]:
            path.unlink(missing_ok=True)
    steps.say("PostgreSQL stopped, private databases, outbox and logs removed.")
    if options.all:
        shutil.rmtree(paths.STATE)
        steps.say("Python packages and Odoo removed, too: .dev is gone.")


def reset_options(parser):
    parser.add_argument(
        "--all", action="store_true", help="also remove the Python packages and Odoo"
    )


ALL = [
    Command(
        "setup",
        "get Python packages, Odoo, PostgreSQL, browser",
        setup,
        setup_all_options,
    ),
    Command(
        "demo",
        "make a database in which the demo mails have arrived, show and serve it",
        demo_command,
        demo_options,
    ),
    Command("serve", "serve the demo database", serve, serve_options, takes_rest=True),
    Command(
        "test",
        "run all tests; further arguments go to pytest, e.g. -k ledger",
        test,
        test_options,
        takes_rest=True,
    ),
    Command("bench", "measure what the addon costs", bench_command, bench_options),
    Command(
        "lint",
        "check all files with the tools of .pre-commit-config.yaml",
        lint_command,
        lint_options,
        takes_rest=True,
    ),
    Command(
        "shell",
        "open an Odoo shell on the demo database",
        shell,
        database_option(DEMO_DATABASE),
        takes_rest=True,
    ),
    Command(
        "screen",
        "screen texts (JSON lines or --eml FILES) without any set-up",
        screen,
        takes_rest=True,
    ),
    Command("reset", "stop PostgreSQL, remove the databases", reset, reset_options),
]
