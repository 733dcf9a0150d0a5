"""Turn the HTML of a mail into text, keeping what its markup says about quotes.

Words split by inline tags are joined, blocks become lines, hidden styles and scripts
are left out. The marks are hints: a sender can forge them, so marked text is kept.
"""

import re
from html.parser import HTMLParser

from .segment import Mark

_BLOCKS = frozenset(
    "address article aside blockquote center dd div dl dt fieldset figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul".split()
)
_SILENT = frozenset("head script style template title".split())
# Where line breaks count; Odoo wraps every plain mail so.
_AS_WRITTEN = frozenset(("pre", "textarea"))
_VOID = frozenset("area base br col embed hr img input link meta source wbr".split())
_MARKS = (
    ("quoted", re.compile(
        r"gmail_quote|gmail_attr|moz-cite-prefix|yahoo_quoted|OutlookMessageHeader|"
        r"divRplyFwdMsg|appendonsend|protonmail_quote|zmail_extra|mail_quote|"
        r"js-mail-quote|cite", re.I)),
    ("signature", re.compile(
        r"gmail_signature|moz-signature|ms-outlook-mobile-signature|"
        r"protonmail_signature_block|mail-signature|js-mail-signature", re.I)),
)  # fmt: skip
# Everything after these belongs to the quote although it stands outside the element.
_OPEN_ENDED = re.compile(r"divRplyFwdMsg|appendonsend|OutlookMessageHeader").search
_FORWARDED = re.compile(r"forward|пересыл|пересл|pārsūt|persiu", re.I).search
_MOST_DEPTH = 2000


class _Extractor(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.length = 0
        self.marks: list[Mark] = []
        self._open: list[tuple[str, str, int]] = []
        self._silent = 0
        self._as_written = 0
        self._ends_line = True
        self._space = False

    def updatepos(self, i, j):
        # Nobody asks for the line, and counting takes time.
        return j

    def _add(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.length += len(text)
            self._ends_line = text[-1] == "\n"

    def _break(self) -> None:
        self._space = False
        if not self._ends_line:
            self._add("\n")

    def handle_starttag(self, tag, attrs):
        if tag in _BLOCKS:
            self._break()
        if tag == "br":
            self._space = False
            self._add("\n")
        elif tag in ("td", "th"):
            self._space = not self._ends_line
        if tag in _SILENT:
            self._silent += 1
        if tag in _AS_WRITTEN:
            self._as_written += 1
        if tag not in _VOID and len(self._open) < _MOST_DEPTH:
            self._open.append((tag, self._mark(tag, dict(attrs)), self.length))

    def _mark(self, tag: str, attrs: dict) -> str:
        if not attrs:
            return "quoted" if tag == "blockquote" else ""
        names = " ".join(attrs.get(key) or "" for key in ("class", "id", "type"))
        names += " mail_quote" * ("data-o-mail-quote" in attrs)
        if _OPEN_ENDED(names):
            return "rest"
        for kind, pattern in _MARKS:
            if pattern.search(names):
                return kind
        return "quoted" if tag == "blockquote" else ""

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag in _SILENT and self._silent:
            self._silent -= 1
        if tag in _AS_WRITTEN and self._as_written:
            self._as_written -= 1
        if tag in _BLOCKS:
            self._break()
        if tag == "p" and self.length:
            self._add("\n")
        for at in range(len(self._open) - 1, max(-1, len(self._open) - 60), -1):
            if self._open[at][0] == tag:
                for _tag, kind, start in self._open[at:]:
                    self._close(kind, start)
                del self._open[at:]
                break

    def _close(self, kind: str, start: int) -> None:
        if kind and kind != "rest" and self.length > start:
            self.marks.append((kind, start, self.length))
        elif kind == "rest":
            self.marks.append(("rest", start, start))

    def handle_data(self, data):
        if self._silent:
            return
        if self._as_written:
            self._add(data)
            self._space = False
            return
        words = " ".join(data.split())
        if not words:
            self._space = self._space or bool(data)
            return
        if (self._space or data[0].isspace()) and not self._ends_line:
            words = " " + words
        self._add(words)
        self._space = data[-1].isspace()

    def finish(self) -> tuple[str, list[Mark]]:
        for _tag, kind, start in self._open:
            self._close(kind, start)
        text = "".join(self.parts)
        marks = []
        for kind, start, end in self.marks:
            if kind == "rest":
                kind, end = "quoted", len(text)
            if kind == "quoted" and _FORWARDED(text[max(0, start - 20) : start + 80]):
                kind = "forwarded"
            marks.append((kind, start, end))
        return text, marks


def text_of_html(html: str) -> tuple[str, list[Mark]]:
    """Return the text of an HTML body and what its markup claims about parts of it."""
    extractor = _Extractor()
    extractor.feed(html)
    extractor.close()
    return extractor.finish()
