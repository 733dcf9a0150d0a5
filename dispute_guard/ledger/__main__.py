"""``python -m ledger FILE…``: checks a log or proofs from files, without Odoo."""

import argparse
import fileinput
import sys

from .head import HeadError, head_from_text
from .verify import LogError, check_lines


def main(arguments=None):
    """Return 0 when everything is right, 1 when not, 2 for what cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m ledger", description=__doc__)
    parser.add_argument("files", nargs="*", metavar="FILE", help="JSON lines, or -")
    parser.add_argument(
        "--outside",
        action="append",
        default=[],
        metavar="FILE",
        help="a text with a tree head that was kept outside, a mail say",
    )
    options = parser.parse_args(arguments)
    try:
        outside = []
        for name in options.outside:
            with open(name, encoding="utf-8") as text:
                outside.append(head_from_text(text.read()))
        with fileinput.input(options.files, encoding="utf-8") as lines:
            found = check_lines(lines, outside)
    except LogError as error:
        print(f"broken ({error.kind}): {error}")
        return 1
    except (OSError, HeadError, ValueError) as error:
        print(f"cannot check: {error}", file=sys.stderr)
        return 2
    print("intact: {items} items, {proofs} proofs, {heads} heads".format(**found))
    if last := found.get("last"):
        print(f"up to item {last.size - 1}, head of {last.time}, root {last.root}")
        print(f"signed with key {last.key or '(none)'}")
    for kind, head in found.get("notes", ()):
        print(f"note ({kind}): head of {head.time}, {head.size} items")
    return 0


if __name__ == "__main__":
    sys.exit(main())
