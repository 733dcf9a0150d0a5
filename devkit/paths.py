"""Where things lie. Everything that is made here lies in `.dev/`, which git ignores."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KIT = ROOT / "devkit"
LOCKFILE = KIT / "requirements.lock"
LINT_LOCKFILE = KIT / "requirements-lint.lock"
INSIDE = KIT / "inside"

STATE = ROOT / ".dev"
LOGS = STATE / "log"
VENV = STATE / "venv"
LINT = STATE / "lint"
ODOO = STATE / "odoo"
APT = STATE / "apt"
POSTGRES = STATE / "postgres"
DATA = STATE / "data"
CONF = STATE / "conf"
OUTBOX = STATE / "outbox"
PICTURES = STATE / "pictures"
BIN = STATE / "bin"

ADDON = ROOT / "dispute_guard"
# Folders of the checkout that are addons of the product, in the order of installation
ADDONS = ("dispute_guard", "spreadsheet_dashboard_dispute_guard")

# Tells this checkout from others on the machine where a name outside it is needed
CHECKOUT_ID = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]


def present_addons():
    """Names of the product's addons that exist in this checkout."""
    return [name for name in ADDONS if (ROOT / name / "__manifest__.py").is_file()]


def venv_python():
    """The interpreter of the environment (a path, whether or not it exists yet)."""
    return VENV / "bin" / "python"
