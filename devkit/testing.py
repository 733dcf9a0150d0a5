"""`./dev test`: tests without a database, then those inside Odoo, one verdict."""

import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections import Counter

from . import browser, odoo, paths, steps
from .process import clean_environment, log_path

# Folders of tests that need neither Odoo nor a database
PURE = ("devkit/tests", "dispute_guard/tests/pure")
NO_TESTS = 5

# Warnings that the log of a clean run may hold: (pattern over logger and text, reason)
EXPECTED = [
    (r"odoo\.tools\.config: .*without.demo", "a word of Odoo's own option parser"),
    (r"odoo\.service\.server: Thread .* virtual real time limit", "slow machine"),
    (
        r"\.browser: .*(favicon\.ico|net::ERR_INTERNET_DISCONNECTED)",
        "the browser has no network",
    ),
]
LOG_LINE = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) \S+ (.*)$")


class Outcome:
    """What one run of pytest came to."""

    def __init__(self, name, code, counts):
        self.name, self.code, self.counts = name, code, counts

    @property
    def failed(self):
        return self.code not in (0, NO_TESTS)


def run_tests(options, prepare):
    """Run all tests; return 0 only when every one passed and the log is clean.

    :param options: parsed command line; `rest` goes to pytest
    :param prepare: does the set-up for the options, returns a postgres.Server
    """
    targets = [f"{name}/tests" for name in paths.present_addons()]
    in_odoo = chosen_targets(targets, options.rest, but=PURE)
    server = prepare(options)
    if in_odoo and not options.no_browser:
        browser.ensure(browser.CHROMIUM, offline=options.offline)
    outcomes, complaints = [], []
    if pure := chosen_targets(PURE, options.rest):
        outcomes.append(run_pure(pure, options))
    if in_odoo:
        config = prepare_database(options, server)
        log = log_path(f"test-{options.db}")
        outcomes.append(run_odoo(in_odoo, options, config, log))
        complaints = log_complaints(log_path(f"install-{options.db}")) + log_complaints(
            log
        )
    return verdict(outcomes, complaints)


def chosen_targets(defaults, arguments, but=()):
    """Which paths to hand to pytest: those given, else the defaults that exist.

    :param arguments: pytest arguments; those that name a path inside one of `defaults`
        (and not inside one of `but`) choose it
    :return: list of arguments; [] when this run has nothing to do
    """

    def inside(path, folders):
        return any(path == name or path.startswith(f"{name}/") for name in folders)

    named = [
        argument.removeprefix("./").rstrip("/")
        for argument in arguments
        if (paths.ROOT / argument.split("::")[0]).exists()
    ]
    if named:
        own = [path for path in named if inside(path.split("::")[0], defaults)]
        return [path for path in own if not inside(path.split("::")[0], but)]
    return [name for name in defaults if any((paths.ROOT / name).rglob("test_*.py"))]


def _options_only(arguments):
    """Arguments without those that name a path of the checkout."""
    return [
        argument
        for argument in arguments
        if not (paths.ROOT / argument.split("::")[0]).exists()
    ]


def run_pure(targets, options):
    """Run the tests that need no database.

    They import the addon's rooms from its folder; pytest must not look above theirs, or
    it imports the addon itself.
    """
    steps.say("\nTests without a database")
    command = ["-p", "no:odoo", f"--confcutdir={paths.ROOT / PURE[1]}", *targets]
    command += _options_only(options.rest)
    environment = clean_environment(PYTHONPATH=f"{paths.ADDON}:{paths.ROOT}")
    return _pytest(f"pure-{options.db}", command, environment)


def prepare_database(options, server):
    """Have a test database with the product just installed; return its config."""
    steps.say("\nTests in Odoo")
    log_path(f"install-{options.db}").unlink(missing_ok=True)
    if options.keep and options.db in server.databases():
        return odoo.write_config(server, options.db)
    demo = not options.no_demo
    return odoo.prepare_database(server, options.db, paths.present_addons(), demo=demo)


def run_odoo(targets, options, config, log):
    log.unlink(missing_ok=True)
    command = [
        f"--odoo-config={config}",
        f"--odoo-database={options.db}",
        "--odoo-log-level=info",
        f"--odoo-extra=logfile={log}",
        f"--odoo-extra=screenshots={paths.PICTURES}",
    ]
    if not options.no_browser:
        command.append("--odoo-http")
    ignored = [f"--ignore={name}" for name in PURE]
    command += [*ignored, *targets, *_options_only(options.rest)]
    return _pytest(f"odoo-{options.db}", command, odoo.environment())


def _pytest(name, arguments, environment):
    """Run pytest, its output to the terminal, and count what it did."""
    report = paths.STATE / f"pytest-{name}.xml"
    report.unlink(missing_ok=True)
    environment["HYPOTHESIS_STORAGE_DIRECTORY"] = str(paths.STATE / "hypothesis")
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [str(paths.venv_python()), "-m", "pytest", "--color=auto", "-rs"]
    # Odoo's own log lies in .dev/log; passlib still imports a module that will go.
    command += ["--show-capture=stdout", "-W", "ignore:'crypt' is deprecated"]
    command += [f"--rootdir={paths.ROOT}", f"--junitxml={report}", "-o"]
    command += [f"cache_dir={paths.STATE / 'pytest'}", *arguments]
    process = subprocess.run(
        command, cwd=paths.ROOT, env=environment, stdin=subprocess.DEVNULL, check=False
    )
    return Outcome(name, process.returncode, count(report))


def count(report):
    """Numbers of passed, failed and skipped tests in a JUnit file; a Counter.

    The file's own totals count subtests, too; pytest's closing line does not.
    """
    counts = Counter()
    if report.exists():
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            outcomes = {child.tag for child in case}
            if outcomes & {"failure", "error"}:
                counts["failed"] += 1
            else:
                counts["skipped" if "skipped" in outcomes else "passed"] += 1
    return counts


def log_complaints(log):
    """Lines of Odoo's log at WARNING and above that nobody expects."""
    complaints = []
    if log.exists():
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            match = LOG_LINE.match(line)
            if match and not any(re.search(p, match[2]) for p, _why in EXPECTED):
                complaints.append(f"{match[1]} {match[2]}")
    return complaints


def verdict(outcomes, complaints):
    """Print the sum of all runs; return the exit code."""
    total = Counter(passed=0, failed=0, skipped=0)
    for outcome in outcomes:
        total.update(outcome.counts)
        if outcome.failed and not outcome.counts["failed"]:
            steps.say(f"pytest ({outcome.name}) ended with exit code {outcome.code}")
    if complaints:
        steps.say("\nThe log of the tests is not clean:")
        for complaint, times in Counter(complaints).items():
            steps.say(f"  {times} x {complaint}")
    if not any(total.values()):
        steps.say("no test was run")
    parts = [f"{number} {word}" for word, number in total.items()]
    steps.say(f"\n{', '.join(parts)}")
    bad = complaints or not any(total.values()) or any(one.failed for one in outcomes)
    return 1 if bad else 0
