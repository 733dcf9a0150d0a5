"""The local mail catcher: what leaves Odoo ends as files in `.dev/outbox`."""

import contextlib
import shutil
import subprocess

from . import odoo, paths
from .errors import Failure
from .process import clean_environment


@contextlib.contextmanager
def running(empty=False):
    """Run the catcher while the block works; yields its port on 127.0.0.1.

    :param empty: throw away what an earlier run caught
    """
    if empty:
        shutil.rmtree(paths.OUTBOX, ignore_errors=True)
    port = odoo.free_port()
    script = paths.INSIDE / "outbox.py"
    process = subprocess.Popen(
        [str(paths.venv_python()), str(script), str(paths.OUTBOX), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=clean_environment(),
        text=True,
    )
    try:
        if not process.stdout.readline():
            raise Failure(
                "cannot start the mail catcher",
                f"it ended with exit code {process.wait()}",
                "Run ./dev setup, then the same command again.",
            )
        yield port
    finally:
        process.stdin.close()
        process.wait()
