"""What screening says about a text: findings, segments, and the level they make."""

from typing import NamedTuple

KINDS = (
    "legal_threat",
    "regulator_complaint",
    "public_exposure",
    "payment_reversal",
    "hostile_tone",
    "abusive_language",
    "physical_threat",
    "superior_demanded",
    "blame_shifting",
    "excessive_demand",
    "pressure",
    "emotional_manipulation",
    "payment_refusal",
)
# From the weakest to the strongest; only legal threats are graded.
GRADES = ("mention", "conditional", "announced", "formal", "filed")
SEGMENTS = ("new", "quoted", "forwarded", "signature", "footer")
# Words of the customer, written now. All other segments are context.
CURRENT_SEGMENTS = ("new", "subject")
HOSTILE_KINDS = ("abusive_language", "physical_threat", "hostile_tone")

UNKNOWN = "unknown"
# What sorts findings of a kind from the weakest: the place of the grade, then weight.
Strength = tuple[int, int]
_PLACE = {grade: at for at, grade in enumerate(GRADES)}


class Segment(NamedTuple):
    """A stretch ``text[start:end]`` of one kind out of ``SEGMENTS``."""

    kind: str
    start: int
    end: int


class Finding(NamedTuple):
    """One thing found, with the words that show it.

    ``quote`` is the exact substring ``[start:end]`` of the screened text, or of the
    subject when ``segment`` is ``"subject"``. ``confidence`` lies between 0 and 1,
    ``weight`` between 0 and 100. ``grade`` is empty unless ``kind`` is
    ``"legal_threat"``.
    """

    kind: str
    grade: str
    quote: str
    start: int
    end: int
    segment: str
    rule: str
    language: str
    confidence: float
    weight: int

    @property
    def strength(self) -> Strength:
        return strength_of(self.grade, self.weight)


class Screening(NamedTuple):
    """The result for one message; offsets of all parts refer to ``text``."""

    text: str
    language: str
    level: str
    findings: tuple[Finding, ...]
    segments: tuple[Segment, ...]


def strength_of(grade: str, weight: int) -> Strength:
    return _PLACE.get(grade, 0), weight


def is_legal_threat(finding: Finding) -> bool:
    """Tell whether the finding threatens, and does not only mention, the law."""
    return finding.kind == "legal_threat" and finding.grade != "mention"


def level_of(findings: list[Finding], language: str) -> str:
    """Return the conflict level of a single message.

    Only the customer's own words count. A legal threat outweighs everything, then
    hostility, then anything else found; the law merely mentioned is no conflict. A text
    in no language we can read is ``"not_screened"``, unless something was found in it
    all the same.
    """
    current = [
        found
        for found in findings
        if found.segment in CURRENT_SEGMENTS and found.grade != "mention"
    ]
    if any(is_legal_threat(found) for found in current):
        return "legal"
    if any(found.kind in HOSTILE_KINDS for found in current):
        return "hostile"
    if current:
        return "tense"
    return "not_screened" if UNKNOWN in language else "calm"
