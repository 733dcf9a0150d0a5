"""Makes one dossier: bench_dossier.py MESSAGES BYTES

Each message has one attachment of BYTES. Needs reportlab, and the addon's folder on the
import path. Prints one line of JSON: processor time, and how much the memory grew.
"""

import hashlib
import json
import resource
import sys
import tempfile
import time
from datetime import datetime, timedelta

from dossier import Content, Exhibit, File, Matter, write_dossier

START = datetime(2026, 1, 1)
PIECE = bytes(range(256)) * 256
TEXT = (
    "Dear Sirs,\n\nmy order of 3 March has still not arrived. You promised me an "
    "answer within two days, now it is three weeks. If I do not get my money back by "
    "Friday, I will take you to court.\n\nАнна Петрова, Jānis Bērziņš\n"
) * 3
QUOTE = "If I do not get my money back by Friday, I will take you to court."


def main(messages, size):
    whole, rest = divmod(size, len(PIECE))
    pieces = [PIECE] * whole + [PIECE[:rest]]
    digest = hashlib.sha256(b"".join(pieces)).hexdigest()
    exhibits = [
        Exhibit(
            number=number,
            kind="message",
            label="Mail received",
            title=f"Re: my order, letter {number}",
            occurred_at=START + timedelta(hours=number),
            recorded_at=START + timedelta(hours=number),
            author="anna@example.net",
        )
        for number in range(1, messages + 1)
    ]
    file = File("photo.jpg", "image/jpeg", size, digest, lambda: iter(pieces))
    record = json.dumps({"record": {"content": TEXT}}, ensure_ascii=False)
    proof = {
        "canonical": record,
        "position": 0,
        "size": 2**20,
        "path": ["00" * 32] * 20,
    }
    contents = (
        Content(text=TEXT, quotes=(QUOTE,), files=(file,), records=(proof,))
        for _exhibit in exhibits
    )
    matter = Matter("DIS/00001", "Order of 3 March", "Example SIA", START)
    before = peak_memory()
    with tempfile.TemporaryFile() as target:
        start = time.process_time()
        write_dossier(matter, exhibits, contents, target)
        seconds = time.process_time() - start
    return {"seconds": seconds, "bytes": peak_memory() - before}


def peak_memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
