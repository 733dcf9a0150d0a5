"""Names of files that are safe on every system and in every archive."""

import re
import unicodedata

# Characters; four bytes each still fit the 255 bytes that file systems allow
LONGEST = 60
# Device names of Windows, with or without an extension
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\.|$)")
# What Windows forbids, and the percent sign, which BagIt (RFC 8493, 2.1.3) would have
# escaped and `sha512sum` would not understand.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*%]')


class Names:
    """Gives each name once in a folder, also where letter case does not count."""

    def __init__(self):
        self._taken = {}  # name to how often it was asked for

    def take(self, name):
        """Return a safe name close to ``name`` that was not given before."""
        safe = safe_name(name)
        stem, dot, ending = safe.rpartition(".")
        if not stem:
            stem, dot, ending = safe, "", ""
        key = safe.casefold()
        while safe.casefold() in self._taken:
            self._taken[key] += 1
            safe = f"{stem} ({self._taken[key]}){dot}{ending}"
        self._taken[safe.casefold()] = 1
        return safe


def safe_name(name):
    """Return ``name`` without what could leave its folder or mislead a reader.

    Control and format characters go (among them the overrides that make "exe.fdp"
    look like "pdf.exe"), path separators and reserved characters become underscores.
    """
    text = unicodedata.normalize("NFC", name or "")
    text = "".join(
        character for character in text if unicodedata.category(character)[0] != "C"
    )
    text = " ".join(_FORBIDDEN.sub("_", text).split()).strip(" .")
    if _RESERVED.match(text):
        text = f"_{text}"
    stem, dot, ending = text.rpartition(".")
    if stem and len(ending) <= 10:
        text = stem[: LONGEST - len(ending)].rstrip(" .") + dot + ending
    else:
        text = text[:LONGEST].rstrip(" .")
    return text or "unnamed"
