"""How likely a pair that the rules leave open is one report, and which pairs are worth a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from prismake.dedup import kinds

if TYPE_CHECKING:
    from prismake.dedup.compare import Pairs
    from prismake.dedup.prepare import Prepared

QUEUE_FLOOR = 0.3
# Weights of a logistic model of the pairs that the rules leave open, in log odds. Fitted once, with a ridge
# penalty, to the open pairs of five labelled sets together; rounded, as nothing but the order hangs on them.
_INTERCEPT = -1.7
_LOG_ODDS = {
    "same title": 1.5, "title": 0.6, "authors": 0.5, "volume differs": -0.4, "issue differs": -0.8, "journal": 0.2,
    "journal differs": -1.3, "pages": 0.5, "page differs": -0.7, "identifier": 1.0, "identifier differs": -0.8,
    "years": -1.0, "abstract": 0.5, "abstract differs": -0.5, "numbers": -0.5, "generic": -0.4, "both meetings": 0.7,
    "one place": 0.7, "one text": 0.7, "no place": 1.0,
}  # fmt: skip


def probability(p: Prepared, q: Pairs) -> np.ndarray:
    """Chance that an open pair is one report; it orders the queue and decides nothing."""
    meetings = (p.kind[q.a] & p.kind[q.b] & kinds.ABSTRACT) > 0
    seen = {
        "same title": q.title >= 1,
        "title": np.nan_to_num(q.title, nan=0.6),
        "authors": np.nan_to_num(q.authors, nan=0.7),
        "volume differs": q.volume == 0,
        "issue differs": q.issue == 0,
        "journal": q.journal >= 1,
        "journal differs": q.journal == 0,
        "pages": _same_pages(q),
        "page differs": q.first_page == 0,
        "identifier": _one_identifier(q),
        "identifier differs": (q.doi == 0) | (q.pmid == 0),
        "years": np.minimum(np.nan_to_num(q.years, nan=1), 3),
        "abstract": q.abstract >= 0.9,
        "abstract differs": q.abstract < 0.6,
        "numbers": 1 - q.numbers,
        "generic": p.generic[q.a] | p.generic[q.b],
        "both meetings": meetings,
        "one place": _one_place(q),
        "one text": _one_text(q),
        "no place": _nowhere(q),
    }
    x = _INTERCEPT + sum(_LOG_ODDS[name] * value for name, value in seen.items())
    return 1 / (1 + np.exp(-x))


def _one_identifier(q: Pairs) -> np.ndarray:
    """One DOI or PMID, and not merely that of a supplement with many abstracts."""
    authors = (q.authors >= 0.85) | np.isnan(q.authors)
    return ((q.doi == 1) | (q.pmid == 1)) & (q.title >= 0.55) & (authors | (q.title >= 0.93))


def worth_asking(q: Pairs) -> np.ndarray:
    """Pairs to put before people: near-equal titles, one abstract, one place or one identifier."""
    authors = (q.authors >= 0.85) | (q.first_author >= 0.9) | np.isnan(q.authors)
    same, abstract, year, volume = q.title >= 1, q.abstract >= 0.9, q.years == 0, q.volume == 1
    near_year = ~(q.years > 1)
    asked = (
        (same & authors & near_year & (year | abstract | np.isnan(q.years) | volume))
        | ((q.title >= 0.9) & authors & year & (q.numbers > 0) & ~(q.volume == 0) & ~(q.journal == 0))
        | (abstract & (authors | (q.title >= 0.93)) & near_year & (q.title >= 0.5))
        | (_same_pages(q) & year & (authors | volume) & (volume | abstract | (q.title >= 0.65)))
        | ((q.title >= 0.75) & (q.authors >= 0.95) & (q.journal == 1) & year & ~(q.first_page == 0) & ~(q.volume == 0))
        | ((q.title >= 0.75) & (q.authors >= 0.95) & near_year & (q.numbers > 0) & _nowhere(q))
        | (same & q.people & (q.journal == 1) & near_year & _online_first(q))
        | _one_identifier(q)
        | (same & volume & (q.first_page == 1))
    )
    return asked & ~_elsewhere(q)


def _same_pages(q: Pairs) -> np.ndarray:
    return (q.first_page == 1) & (q.last_page == 1) & q.more_pages


def _nowhere(q: Pairs) -> np.ndarray:
    """One of the records has no place at all: a reference list, a manuscript, a registration."""
    return np.isnan(q.journal) & np.isnan(q.volume) & np.isnan(q.first_page)


def _online_first(q: Pairs) -> np.ndarray:
    """One of the records names the journal and no place in it: perhaps the paper before it was printed."""
    return np.isnan(q.volume) & np.isnan(q.first_page) & np.isnan(q.issue)


def _one_place(q: Pairs) -> np.ndarray:
    """Issue, pages, year and authors agree: one paper, although title or journal may stand in two languages."""
    return _same_pages(q) & (q.issue == 1) & (q.years == 0) & (q.authors >= 0.85)


def _one_text(q: Pairs) -> np.ndarray:
    """Title, authors, abstract and journal agree: one text, although it may be printed twice."""
    return (q.title >= 1) & (q.authors >= 0.85) & (q.abstract >= 0.97) & (q.journal == 1)


def _elsewhere(q: Pairs) -> np.ndarray:
    """Unlike titles at two places: reports of a series, two papers of one team, two abstracts of one supplement."""
    unlike = (q.title < 0.93) & ~q.inside & ~(q.pmid == 1)
    far = (q.first_page == 0) & ~q.near_page
    other_place = ((q.volume == 0) | (q.first_page == 0)) & ~(q.abstract >= 0.9) & ~_one_place(q)
    return unlike & (far | (~(q.doi == 1) & (other_place | ((q.title < 0.65) & (q.issue == 0)))))
