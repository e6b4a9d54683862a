"""What light a judgement, a concern about applicability, an answer or a star is drawn with."""

from __future__ import annotations

from prismake.protocol.instrument_checks import best_stars
from prismake.protocol.instruments import CONCERN, NOT_ASKED, OVERALL, Instrument

# The kinds of a light, as ``prismake.figures.appraisal_cells`` draws them.
GOOD, SOME, BAD, WORST, UNCLEAR, UNDECIDED, NOT_APPLICABLE = (
    *("good", "some", "bad", "worst", "unclear", "undecided", "n/a"),
)
BAD_WORDS = ("high", "serious")
WORST_WORDS = ("very high", "critical")
_WORDS = {
    **dict.fromkeys(("low", "low risk", "yes", "y"), GOOD),
    **dict.fromkeys(("some concerns", "moderate", "moderate risk", "partly"), SOME),
    **dict.fromkeys(("high", "high risk", "serious", "serious risk", "no", "n"), BAD),
    **dict.fromkeys(("critical", "critical risk"), WORST),
    **dict.fromkeys(("n/a", "na", "not applicable", "not asked"), NOT_APPLICABLE),
}
UNCLEAR_WORDS = ("unclear", "no information", "NI", "NR", "not reported")
_NOT_APPLICABLE_WORDS = ("not applicable", "NA", "n/a", NOT_ASKED)


def by_word(answer: str) -> str:
    """The light of an answer whose instrument says nothing about it, as far as its word is known."""
    return _WORDS.get(answer.strip().casefold(), UNCLEAR) if answer else UNDECIDED


def judged_kind(scale: Instrument, judgement: str) -> str:
    """The light of a judgement of risk of bias."""
    return UNCLEAR if judgement in scale.aside else _ordered(judgement, scale.judgements)


def concern_kind(scale: Instrument, concern: str) -> str:
    """The light of a concern about applicability."""
    return _ordered(concern, scale.concerns)


def _ordered(word: str, words: tuple[str, ...]) -> str:
    if not word:
        return UNDECIDED
    if word in UNCLEAR_WORDS:
        return UNCLEAR
    if word in WORST_WORDS:
        return WORST
    if word in BAD_WORDS or word == words[-1]:
        return BAD
    return GOOD if word.startswith("low") or word == words[0] else SOME


def star_kind(stars: int, most: int) -> str:
    """The light of an item or domain with ``stars`` of at most ``most``."""
    return NOT_APPLICABLE if not most else GOOD if stars >= most else SOME if stars else BAD


def part_kind(scale: Instrument, part: str, answer: str, stars: str = "") -> str:
    """The light of an item, a domain, a concern or the whole, as it was answered.

    An answer to an item speaks for the study if its instrument says so (``good``), which for some is *no*; where it
    does not say, its word decides (`by_word`).
    """
    if answer in _NOT_APPLICABLE_WORDS:
        return NOT_APPLICABLE
    if not answer:
        return UNDECIDED
    if part == OVERALL or part in scale.details:
        return judged_kind(scale, answer)
    if part.endswith(CONCERN):
        return concern_kind(scale, answer)
    if stars:
        return star_kind(int(stars), stars_of(scale, part))
    if answer in UNCLEAR_WORDS:
        return UNCLEAR
    good = next(item.good for item in scale.items if item.id == part)
    return by_word(answer) if not good else GOOD if answer in good else BAD


def stars_of(scale: Instrument, part: str) -> int:
    """The stars that an item can earn; 0 for what is no item."""
    return next((best_stars(item) for item in scale.items if item.id == part), 0)
