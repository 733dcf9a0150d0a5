"""`./dev lint`: the checks of .pre-commit-config.yaml over all files that git knows."""

import os
import subprocess

from . import paths, python_env
from .errors import Failure
from .process import clean_environment


def run_lint(options):
    """Run pre-commit; return its exit code."""
    if not (paths.ROOT / ".git").exists():
        raise Failure(
            "cannot lint", "this is no git checkout", "Clone the repository instead."
        )
    python_env.ensure_lint(options.offline)
    programs = paths.LINT / "bin"
    environment = clean_environment(
        PATH=f"{programs}{os.pathsep}{os.environ['PATH']}",
        # The hooks' own environments lie here, and go with ./dev reset --all.
        PRE_COMMIT_HOME=paths.STATE / "pre-commit",
    )
    command = [programs / "python", "-m", "pre_commit", "run", "--all-files"]
    return subprocess.call(
        [str(part) for part in [*command, *options.rest]],
        cwd=paths.ROOT,
        env=environment,
    )
