"""The chronology as PDF: numbered pages, clickable contents and bookmarks.

reportlab in its invariant mode gives the same bytes for the same text and fonts.
Numbers of pages in the contents are forms that are drawn when the page is reached, so
one pass over the exhibits is enough.
"""

from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)

from .matter import DossierError

# Families that have Latin with all its diacritics and Cyrillic: regular and bold
FONTS = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("Montserrat-Regular.ttf", "Montserrat-Bold.ttf"),
)
FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)
MARGIN = 22 * mm
_GREY = HexColor("#555555")
_BODY = ParagraphStyle("body", fontName="DossierBody", fontSize=9.5, leading=13.5)
_FACT = ParagraphStyle(
    "fact",
    _BODY,
    fontSize=8.5,
    leading=12,
    leftIndent=95,
    bulletFontName="DossierBody",
    bulletFontSize=8.5,
    bulletColor=_GREY,
)
_TITLE = ParagraphStyle(
    "title", _BODY, fontName="DossierBold", fontSize=18, leading=23, spaceAfter=10
)
_HEADING = ParagraphStyle(
    "heading", _TITLE, fontSize=12.5, leading=16, spaceBefore=14, spaceAfter=4
)
_TEXT = ParagraphStyle("text", _BODY, leftIndent=8)
_PROBLEM = ParagraphStyle("problem", _BODY, textColor=HexColor("#a00000"))


def find_fonts(folders=FOLDERS):
    """Return the paths of a regular and a bold font.

    :raise DossierError: when none of ``FONTS`` is installed
    """
    for folder in map(Path, folders):
        for names in FONTS:
            found = [next(iter(sorted(folder.rglob(name))), None) for name in names]
            if all(found):
                return tuple(map(str, found))
    raise DossierError(
        "No font with Latin and Cyrillic letters was found for the PDF. Install one, "
        "on Debian and Ubuntu with: apt install fonts-dejavu-core"
    )


class Paper:
    """Writes the document to the binary file ``target``."""

    def __init__(self, target, matter, exhibits, fonts=None):
        for name, path in zip(
            ("DossierBody", "DossierBold"), fonts or find_fonts(), strict=True
        ):
            pdfmetrics.registerFont(TTFont(name, path))
        self._matter = matter
        self._document = _Document(target, matter)
        self._front(exhibits)

    def _front(self, exhibits):
        matter = self._matter
        story = [_paragraph(f"{matter.reference} {matter.title}", _TITLE)]
        story += [_fact(fact) for fact in matter.facts + matter.parties]
        story.append(_paragraph(matter._("Contents"), _HEADING))
        for exhibit in exhibits:
            when = matter.format_time(exhibit.occurred_at)
            story.append(_ContentsLine(exhibit, when))
        story.append(PageBreak())
        self._document.feed(story)

    def add(self, exhibit, view):
        """Add ``exhibit``; ``view`` (View) is what there is to show of it."""
        name = self._matter._("Exhibit")
        story = [
            _Anchor(exhibit),
            _paragraph(f"{name} {exhibit.number}. {exhibit.title}", _HEADING),
        ]
        story += [_fact(fact) for fact in view.facts]
        story += [_paragraph(problem, _PROBLEM) for problem in view.problems]
        story.append(Spacer(1, 4))
        story += [Paragraph(line or "&nbsp;", _TEXT) for line in _lines(view)]
        story.append(Spacer(1, 4))
        for document in view.documents:
            story.append(_fact((self._matter._("File"), document.path)))
            story.append(_fact(("SHA-256", document.sha256)))
        self._document.feed(story)

    def close(self):
        self._document.finish()


class _Document(BaseDocTemplate):
    """A document that is fed piece by piece instead of with one list."""

    def __init__(self, target, matter):
        super().__init__(
            target,
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=MARGIN,
            bottomMargin=MARGIN,
            title=f"{matter.reference} {matter.title}",
            author=matter.organisation,
            invariant=1,
            lang=matter.language,
        )
        frame = Frame(
            self.leftMargin, self.bottomMargin, self.width, self.height, id="text"
        )
        self.addPageTemplates(
            PageTemplate(frames=[frame], onPage=self._draw_footer, pagesize=A4)
        )
        self._footer = f"{matter.reference} · {matter.organisation}"
        self._startBuild()
        self.canv._doctemplate = self
        self.canv.showOutline()

    def feed(self, story):
        while story:
            self.clean_hanging()
            self.handle_keepWithNext(story)
            self.handle_flowable(story)

    def finish(self):
        self.canv.beginForm("pages")
        self.canv.setFont("DossierBody", 8)
        self.canv.setFillColor(_GREY)
        self.canv.drawString(0, 0, str(self.page))
        self.canv.endForm()
        self._endBuild()

    @staticmethod
    def _draw_footer(canvas, document):
        canvas.saveState()
        canvas.setFont("DossierBody", 8)
        canvas.setFillColor(_GREY)
        canvas.drawString(MARGIN, 12 * mm, document._footer[:90])
        edge = A4[0] - MARGIN
        canvas.drawRightString(edge - 24, 12 * mm, f"{document.page} /")
        canvas.translate(edge - 21, 12 * mm)
        canvas.doForm("pages")
        canvas.restoreState()


class _Anchor(Flowable):
    """The place of an exhibit: target of links, bookmark, and its page number."""

    def __init__(self, exhibit):
        super().__init__()
        self._exhibit = exhibit
        self.keepWithNext = True

    def wrap(self, width, height):
        return 0, 0

    def draw(self):
        canvas, exhibit = self.canv, self._exhibit
        canvas.bookmarkPage(exhibit.key, fit="FitH", top=self._top())
        canvas.addOutlineEntry(f"{exhibit.number}. {exhibit.title}", exhibit.key)
        canvas.saveState()
        canvas.beginForm(f"page-{exhibit.key}")
        canvas.setFont("DossierBody", 9)
        canvas.drawString(0, 0, str(canvas.getPageNumber()))
        canvas.endForm()
        canvas.restoreState()

    def _top(self):
        return self.canv.absolutePosition(0, 0)[1] + 6 * mm


class _ContentsLine(Flowable):
    def __init__(self, exhibit, when):
        super().__init__()
        self._exhibit = exhibit
        self._when = when

    def wrap(self, width, height):
        self.width = width
        return width, 13

    def draw(self):
        canvas, exhibit = self.canv, self._exhibit
        canvas.setFont("DossierBody", 9)
        canvas.drawRightString(22, 3, str(exhibit.number))
        text = f"{self._when}   {exhibit.label}: {exhibit.title}"
        canvas.drawString(30, 3, _shorten(text, self.width - 62))
        canvas.saveState()
        canvas.translate(self.width - 24, 3)
        canvas.doForm(f"page-{exhibit.key}")
        canvas.restoreState()
        canvas.linkRect("", exhibit.key, (0, 0, self.width, 13), relative=1)


def _shorten(text, width):
    text = text[:250]
    while pdfmetrics.stringWidth(text, "DossierBody", 9) > width:
        text = text[:-2].rstrip("…") + "…"
    return text


def _paragraph(text, style):
    return Paragraph(escape(_printable(text)) or "&nbsp;", style)


def _fact(fact):
    name, value = fact
    return Paragraph(escape(_printable(value)), _FACT, bulletText=_printable(name))


def _lines(view):
    """The text of ``view`` as lines of reportlab's markup, its quotes marked."""
    lines = [""]
    for piece, is_quote in view.pieces():
        for number, words in enumerate(piece.split("\n")):
            if number:
                lines.append("")
            words = escape(_printable(words))
            if is_quote and words:
                words = f'<font backcolor="#ffe08a">{words}</font>'
            lines[-1] += words
    return lines


def _printable(text):
    return "".join(character if character.isprintable() else " " for character in text)
