"""``python -m screening``, run from the addon's folder."""

import sys

from .cli import main

sys.exit(main())
