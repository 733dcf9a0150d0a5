"""The chronology as one HTML page that loads and executes nothing."""

from html import escape
from urllib.parse import quote

_HEAD = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 serif; max-width: 46em; margin: 2em auto; padding: 0 1em;
 color: #1a1a1a; background: #fff; overflow-wrap: anywhere; }}
h1, h2, h3 {{ font-family: "Helvetica Neue", Arial, sans-serif; line-height: 1.25; }}
article {{ border-top: 1px solid #999; padding-top: .5em; margin-top: 2em; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .1em 1em; }}
dt {{ color: #555; }} dd {{ margin: 0; }}
pre {{ font: inherit; white-space: pre-wrap; background: #f6f6f3; padding: .7em 1em; }}
mark {{ background: #ffe08a; }} .problem {{ color: #a00000; font-weight: bold; }}
code {{ font-size: .8em; color: #555; }}
nav li {{ margin: .2em 0; }}
@media (max-width: 40em) {{ dl {{ display: block; }} dd {{ margin-bottom: .4em; }} }}
@media (prefers-color-scheme: dark) {{ body {{ color: #e8e8e8; background: #1b1b1b; }}
 pre {{ background: #262626; }} dt, code {{ color: #aaa; }} a {{ color: #8ab4f8; }}
 mark {{ background: #6b5300; color: inherit; }} .problem {{ color: #ff8a80; }} }}
@media print {{ article {{ break-inside: avoid-page; }} }}
</style>
</head>
<body>
"""


class Chronology:
    """Writes the page to a text file, exhibit by exhibit."""

    def __init__(self, target, matter, exhibits):
        self._write = target.write
        self._matter = matter
        title = f"{matter.reference} {matter.title}"
        self._write(_HEAD.format(language=escape(matter.language), title=escape(title)))
        self._write(f"<h1>{escape(title)}</h1>\n")
        self._facts(matter.facts + matter.parties)
        contents = matter._("Contents")
        self._write(f"<h2>{escape(contents)}</h2>\n<nav><ol>\n")
        for exhibit in exhibits:
            self._write(
                f'<li value="{exhibit.number}"><a href="#e{exhibit.key}">'
                f"{escape(matter.format_time(exhibit.occurred_at))} · "
                f"{escape(exhibit.label)}: {escape(exhibit.title)}</a></li>\n"
            )
        self._write("</ol></nav>\n")

    def add(self, exhibit, view):
        """Add ``exhibit``; ``view`` (View) is what there is to show of it."""
        name = self._matter._("Exhibit")
        title = f"{name} {exhibit.number}. {exhibit.title}"
        self._write(f'<article id="e{exhibit.key}">\n<h2>{escape(title)}</h2>\n')
        self._facts(view.facts)
        for problem in view.problems:
            self._write(f'<p class="problem">{escape(problem)}</p>\n')
        if view.text:
            self._write(f"<pre>{_marked(view)}</pre>\n")
        if view.documents:
            files = self._matter._("Files")
            self._write(f"<h3>{escape(files)}</h3>\n<ul>\n")
            for document in view.documents:
                self._write(
                    f'<li><a href="{escape(quote(document.path))}">'
                    f"{escape(document.name)}</a><br>"
                    f"<code>SHA-256 {document.sha256}</code></li>\n"
                )
            self._write("</ul>\n")
        self._write("</article>\n")

    def close(self):
        self._write("</body>\n</html>\n")

    def _facts(self, facts):
        self._write("<dl>\n")
        for name, value in facts:
            self._write(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>\n")
        self._write("</dl>\n")


def _marked(view):
    return "".join(
        f"<mark>{escape(text)}</mark>" if is_quote else escape(text)
        for text, is_quote in view.pieces()
    )
