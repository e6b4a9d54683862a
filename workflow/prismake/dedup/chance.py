"""The probability that two records no rule has merged are one report: a logistic model that selects pairs for the
panel.

The coefficients are in ``workflow/models/duplicates.json``, with the data they were fitted on;
``tests/benchmarks/dedup/fit_chance.py`` refits them and prints their performance on held-out sets.
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
    from prismake.dedup.excerpt import Excerpt

# Most pairs of dissimilar records need no question: below this similarity of titles, only a shared identifier or place
# does.
_TITLE_FLOOR = 0.55


@functools.cache
def model() -> dict[str, Any]:
    """``floor`` (the lowest probability at which people are asked), ``intercept``, ``coefficients`` and the fit."""
    return json.loads(data_file("models/duplicates.json").read_text(encoding="utf-8"))


def probability(p: Excerpt, q: Pairs) -> np.ndarray:
    """Probability that a pair is one report, if no rule has merged it and no veto makes it a linked report."""
    fitted = model()
    # Added up column by column: the last digit of a matrix product depends on how many pairs are weighed at once.
    x = np.full(len(q), float(fitted["intercept"]))
    for name, values in zip(NAMES, features(p, q).T, strict=True):
        x += fitted["coefficients"][name] * values
    return np.where(open_to_question(q), 1 / (1 + np.exp(-x)), 0.0)


def open_to_question(q: Pairs) -> np.ndarray:
    """Pairs to which the model applies: similar titles, a shared identifier, or the same place."""
    one_place = same_pages(q) & (q.years == 0)
    alike = ~(q.title < _TITLE_FLOOR) | q.inside | (q.doi == 1) | (q.pmid == 1) | one_place
    # If the titles differ in words, something else must indicate a single paper.
    title_alone = q.swapped & np.isnan(q.authors) & ~((q.first_page == 1) | (q.abstract >= 0.9) | (q.doi == 1))
    return alike & ~_elsewhere(q) & ~title_alone


def _elsewhere(q: Pairs) -> np.ndarray:
    """Different titles at different places: a series, two papers of one team, two abstracts of a supplement."""
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


def features(p: Excerpt, q: Pairs) -> np.ndarray:
    """Shape (pairs, `NAMES`): 0 or 1, and similarities from 0 to 1; a missing value counts neither for nor against."""
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
