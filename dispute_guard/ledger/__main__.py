"""``python -m ledger FILE…``: checks a log or proofs from files, without Odoo."""

import argparse
import fileinput
import sys

from .head import head_from_text
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
        sys.stdout.write(f"broken ({error.kind}): {error}\n")
        return 1
    except (OSError, ValueError) as error:
        sys.stderr.write(f"cannot check: {error}\n")
        return 2
    sys.stdout.writelines(f"{line}\n" for line in _describe(found))
    return 0


def _describe(found):
    """Lines on what ``check_lines`` found right."""
    yield "intact: {items} items, {proofs} proofs, {heads} heads".format(**found)
    if last := found.get("last"):
        yield f"up to item {last.size - 1}, head of {last.time}, root {last.root}"
        yield f"signed with key {last.key or '(none)'}"
    for kind, head in found.get("notes", ()):
        yield f"note ({kind}): head of {head.time}, {head.size} items"


if __name__ == "__main__":
    sys.exit(main())
