"""A mail server that delivers nothing: keeps every mail as a file.

Arguments: a folder, a free port of the loopback interface. Prints a line when it is
ready, then serves until its standard input ends, so it never outlives who started it.
"""

import re
import sys
from pathlib import Path

from aiosmtpd.controller import Controller


class Keeper:
    """Writes each mail to NNN_RECIPIENT.eml."""

    def __init__(self, folder):
        self.folder = folder

    async def handle_DATA(self, server, session, envelope):
        number = len(list(self.folder.glob("*.eml"))) + 1
        recipient = re.sub(r"[^\w.@+-]", "_", envelope.rcpt_tos[0])[:60]
        path = self.folder / f"{number:03}_{recipient}.eml"
        path.write_bytes(envelope.original_content)
        return "250 kept"


def main(folder, port):
    folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(Keeper(folder), hostname="127.0.0.1", port=port)
    controller.start()
    print("ready", flush=True)
    try:
        sys.stdin.read()
    except KeyboardInterrupt:
        pass
    controller.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
