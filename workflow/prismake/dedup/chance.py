"""How likely two records that no rule has merged are one report: a logistic model, and who is asked about what.

The coefficients stand in ``workflow/models/duplicates.json`` with what they were fitted on;
``tests/benchmarks/dedup/fit_chance.py`` fits them again and prints how they do on sets on which they were not fitted.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from prismake.core.paths import data_file
from prismake.dedup import kinds

if TYPE_CHECKING:
    from prismake.dedup.compare import Pairs
    from prismake.dedup.prepare import Prepared

# Most pairs of two unlike records are no question at all: below this likeness of the titles only one identifier or one
# place makes them one.
_TITLE_FLOOR = 0.55


@functools.cache
def model() -> dict[str, Any]:
    """``floor`` (the least probability of which people are asked), ``intercept``, ``coefficients`` and the fit."""
    return json.loads(data_file("models/duplicates.json").read_text(encoding="utf-8"))


def probability(p: Prepared, q: Pairs) -> np.ndarray:
    """Probability that a pair is one report, if no rule has merged it and no veto makes it a linked report."""
    fitted = model()
    coefficients = np.array([fitted["coefficients"][name] for name in NAMES])
    x = fitted["intercept"] + features(p, q) @ coefficients
    return np.where(open_to_question(q), 1 / (1 + np.exp(-x)), 0.0)


def open_to_question(q: Pairs) -> np.ndarray:
    """Pairs of which the model says anything: titles that are not unlike, one identifier, or one place."""
    one_place = same_pages(q) & (q.years == 0)
    alike = ~(q.title < _TITLE_FLOOR) | q.inside | (q.doi == 1) | (q.pmid == 1) | one_place
    # Where the titles have other words, something else has to speak for one paper.
    title_alone = q.swapped & np.isnan(q.authors) & ~((q.first_page == 1) | (q.abstract >= 0.9) | (q.doi == 1))
    return alike & ~_elsewhere(q) & ~title_alone


def _elsewhere(q: Pairs) -> np.ndarray:
    """Unlike titles at two places: reports of a series, two papers of one team, two abstracts of one supplement."""
    unlike = (q.title < 0.93) & ~q.inside & ~(q.pmid == 1)
    far = (q.first_page == 0) & ~q.near_page
    one_place = same_pages(q) & (q.issue == 1) & (q.years == 0) & (q.authors >= 0.85)
    other_place = ((q.volume == 0) | (q.first_page == 0)) & ~(q.abstract >= 0.9) & ~one_place
    return unlike & (far | (~(q.doi == 1) & (other_place | ((q.title < 0.65) & (q.issue == 0)))))


NAMES = (
    "same title", "title", "title within title", "words exchanged", "numbers differ", "authors", "same people",
    "first author differs", "no authors", "a year apart", "years apart", "no year", "same journal", "other journal",
    "same volume", "other volume", "same issue", "other issue", "same pages", "same first page", "other page",
    "far page", "same identifier", "one identifier, other title", "other identifier", "same abstract", "other abstract",
    "generic title", "short title", "two meeting abstracts", "an abstract and no abstract", "no place at all",
    "same title, people and journal", "same people, same volume", "one text",
)  # fmt: skip


def features(p: Prepared, q: Pairs) -> np.ndarray:
    """Shape (pairs, `NAMES`): 0 or 1, and for likenesses from 0 to 1; what a side lacks says neither yes nor no."""
    same_title = q.title >= 1
    meeting_a, meeting_b = (p.kind[q.a] & kinds.ABSTRACT) > 0, (p.kind[q.b] & kinds.ABSTRACT) > 0
    identifier = (q.doi == 1) | (q.pmid == 1)
    other_title = (q.title < 0.8) & ~q.inside
    one_text = same_title & (q.abstract >= 0.97) & q.long_abstracts & (q.authors >= 0.85)
    columns = (
        same_title,
        np.nan_to_num(np.clip((q.title - 0.5) * 2, 0, 1), nan=0.6),
        q.inside,
        q.swapped & ~same_title,
        1 - q.numbers,
        np.nan_to_num(np.clip((q.authors - 0.3) / 0.7, 0, 1), nan=0.6),
        q.people,
        q.first_author < 0.75,
        np.isnan(q.authors),
        q.years == 1,
        q.years > 1,
        np.isnan(q.years),
        q.journal >= 1,
        q.journal == 0,
        q.volume == 1,
        q.volume == 0,
        q.issue == 1,
        q.issue == 0,
        same_pages(q),
        q.first_page == 1,
        q.first_page == 0,
        (q.first_page == 0) & ~q.near_page,
        identifier & ~other_title,
        identifier & other_title,
        (q.doi == 0) | (q.pmid == 0),
        q.abstract >= 0.9,
        q.abstract < 0.6,
        p.generic[q.a] | p.generic[q.b],
        p.short[q.a] | p.short[q.b],
        meeting_a & meeting_b,
        meeting_a ^ meeting_b,
        np.isnan(q.journal) & np.isnan(q.volume) & np.isnan(q.first_page),
        same_title & q.people & (q.journal >= 1),
        q.people & (q.volume == 1),
        one_text,
    )
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])


def same_pages(q: Pairs) -> np.ndarray:
    """The same range of two pages or more."""
    return (q.first_page == 1) & (q.last_page == 1) & q.more_pages
