"""Measure screening on labelled messages: precision, recall and F1 per kind."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from .finding import CURRENT_SEGMENTS, KINDS, Finding, is_legal_threat
from .screener import Screener

# Short names that label files may use for kinds.
ALIASES = {
    "regulator": "regulator_complaint",
    "hostile": "hostile_tone",
    "abusive": "abusive_language",
    "wants_superior": "superior_demanded",
}


class Mistake(NamedTuple):
    """A message judged wrongly: missed, or a false alarm with its rule and words."""

    id: str
    what: str
    rule: str
    words: str


class Score:
    """Counts for one kind in one language."""

    def __init__(self):
        self.right = self.false = self.missed = 0
        self.mistakes: list[Mistake] = []

    @property
    def precision(self) -> float:
        return _share(self.right, self.right + self.false)

    @property
    def recall(self) -> float:
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float:
        return _share(2 * self.right, 2 * self.right + self.false + self.missed)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def evaluate(rows: Iterable[dict], screener: Screener) -> dict[tuple[str, str], Score]:
    """Screen labelled rows and count hits per ``(language, kind)``.

    :param rows: dicts with ``id``, ``text`` (or ``html``), ``labels`` (kind or alias ->
        0/1) and if known ``lang``, ``subject``, ``cores`` (words a quote must cover)
    """
    scores: dict[tuple[str, str], Score] = {}
    for row in rows:
        result = screener.screen(
            row.get("text") or "",
            html=row.get("html"),
            subject=row.get("subject") or "",
        )
        language = row.get("lang") or result.language
        for name, expected in row["labels"].items():
            kind = ALIASES.get(name, name)
            found = [each for each in result.findings if _counts(each, kind)]
            score = scores.setdefault((language, kind), Score())
            _count(score, row, bool(expected), found)
        if row["labels"].get("legal_threat") and row.get("cores"):
            quotes = [each for each in result.findings if _counts(each, "legal_threat")]
            if quotes:
                score = scores.setdefault((language, "quotes of legal_threat"), Score())
                _count_quotes(score, row, quotes)
    return scores


def _counts(finding: Finding, kind: str) -> bool:
    if finding.kind != kind or finding.segment not in CURRENT_SEGMENTS:
        return False
    return kind != "legal_threat" or is_legal_threat(finding)


def _count(score: Score, row: dict, expected: bool, found: list[Finding]) -> None:
    if expected and found:
        score.right += 1
    elif expected:
        score.missed += 1
        words = " ¦ ".join(row.get("cores") or ()) or (row.get("text") or "")[:200]
        score.mistakes.append(Mistake(str(row.get("id")), "missed", "", words))
    elif found:
        score.false += 1
        first = found[0]
        score.mistakes.append(
            Mistake(str(row.get("id")), "false alarm", first.rule, first.quote[:300])
        )


def _count_quotes(score: Score, row: dict, found: list[Finding]) -> None:
    """A quote is right when it covers one of the cores, as far as blanks allow."""
    quotes = ["".join(each.quote.split()) for each in found]
    cores = ["".join(core.split()) for core in row["cores"]]
    if any(core in quote for core in cores for quote in quotes):
        score.right += 1
    else:
        score.missed += 1
        score.mistakes.append(
            Mistake(str(row.get("id")), "missed", found[0].rule, found[0].quote[:200])
        )


def report(
    scores: dict[tuple[str, str], Score], write: Callable[[str], object]
) -> None:
    """Write a table of all scores, then every mistake."""
    order = {kind: at for at, kind in enumerate(KINDS)}
    keys = sorted(scores, key=lambda key: (key[0], order.get(key[1], 99)))
    write(
        f"{'lang':<8}{'kind':<26}{'P':>6}{'R':>6}{'F1':>6}{'right':>7}{'false':>7}{'missed':>7}"
    )
    for key in keys:
        score = scores[key]
        write(
            f"{key[0]:<8}{key[1]:<26}{score.precision:>6.2f}{score.recall:>6.2f}"
            f"{score.f1:>6.2f}{score.right:>7}{score.false:>7}{score.missed:>7}"
        )
    for key in keys:
        for mistake in scores[key].mistakes:
            rule = f" [{mistake.rule}]" if mistake.rule else ""
            write(
                f"{key[0]} {key[1]}: {mistake.what} {mistake.id}{rule}: {mistake.words}"
            )
