"""Find what stands between quotation marks, which is mostly said by somebody else."""

import re

LONGEST = 600


def _inside(but: str) -> str:
    """Match what stands in a quotation: part of one paragraph, without some marks."""
    return rf"(?:(?!\n\s*\n)[^{but}]){{3,{LONGEST}}}"


_quotations = re.compile(
    "|".join(
        (
            r'(?<!\w)"(?=\S)' + _inside('"') + r'(?<=\S)"(?!\w)',
            rf"“{_inside('“”„')}”",
            rf"„{_inside('“”„')}[“”]",
            rf"«{_inside('«»')}»",
            # Never closed, as people do.
            r'(?:(?<=:)|(?<=:\s))["“„«]' + _inside('"“”„«»'),
        )
    )
).finditer
_several_words = re.compile(r"\w\W+\w").search


def quotations(text: str) -> list[tuple[int, int]]:
    """Return where more than one word stands between quotation marks, in order."""
    return [
        found.span()
        for found in _quotations(text)
        if _several_words(text, *found.span())
    ]
