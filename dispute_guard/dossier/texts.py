"""The papers that explain a dossier: for the lawyer, for the court, for the archive."""


def readme(matter, fingerprint):
    """Return ``README.txt``: what lies where and how a stranger verifies it."""
    return "\n\n".join(
        [
            f"{matter.reference} {matter.title}\n{matter.organisation}",
            matter._("As of %s.", matter.format_time(matter.as_of)),
            matter._("Start with data/chronology.pdf or data/chronology.html."),
            matter._(
                "data/exhibits holds each exhibit in a folder of its own: the mail as "
                "it was received or sent (.eml), its attachments, and its text. "
                "data/load holds the same list for review platforms (Concordance DAT "
                "and CSV, UTF-8; column separator 20, qualifier 254, line separator "
                "174). data/custody.csv tells who handled the evidence, "
                "data/withheld.csv what was left out and why, data/problems.csv what "
                "could not be delivered as it was recorded."
            ),
            matter._(
                "To verify everything with Python 3.9 or newer and nothing else, "
                "unpack the archive, open a terminal in its folder and run:"
            )
            + "\n\n    python3 data/verify.py",
            matter._("To verify the files alone with the tools of any Linux or macOS:")
            + "\n\n    sha512sum -c manifest-sha512.txt\n"
            + "    sha512sum -c tagmanifest-sha512.txt",
            matter._(
                "What this proves: the records are those that stood in the log when "
                "its tree head below was made, unchanged and in this order. Compare "
                "the head with the copy that was mailed or time-stamped at that time. "
                "It does not prove that what a person wrote is true, nor who sat at "
                "a keyboard."
            ),
            fingerprint,
            matter._("Time-stamps (RFC 3161), where there are any, are checked with:")
            + "\n\n    openssl ts -verify -data data/evidence/heads/SIZE.json"
            + " -in data/evidence/heads/SIZE.tsr -CAfile CA.pem",
            "",
        ]
    )


def declaration(matter):
    """Return the draft of a declaration for the person who made the dossier.

    Source: Federal Rules of Evidence 902(11), (13) and (14); 28 U.S.C. 1746. Other
    courts want other forms; counsel adapts it.
    """
    return "\n\n".join(
        [
            matter._("DRAFT, to be reviewed by counsel"),
            matter._("Declaration about the records in %s", matter.reference),
            matter._(
                "1. I am [name], [position] at %s. I know how its helpdesk system "
                "records messages, and I am qualified to make this declaration.",
                matter.organisation,
            ),
            matter._(
                "2. The records in this dossier were made by the system at or near "
                "the time stated with each of them, from information transmitted at "
                "that time, and were kept in the course of a regularly conducted "
                "activity. Making them is a regular practice of that activity."
            ),
            matter._(
                "3. The system produces an accurate result: it stores the bytes of "
                "each message as received or sent, computes the SHA-256 digest of "
                "each record, and enters it in an append-only Merkle log (RFC 6962)."
            ),
            matter._(
                "4. The files were copied from that system on my request. Their "
                "SHA-512 digests are listed in manifest-sha512.txt and were compared "
                "after copying."
            ),
            matter._(
                "5. I declare under penalty of perjury that the foregoing is true and "
                "correct."
            ),
            matter._("Place, date, signature: ____________________"),
            "",
        ]
    )
