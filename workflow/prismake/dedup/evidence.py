"""Evidence from the agreement of single fields: distinctive titles, the same place, different authors, ...

`signs` turns the scores of `compare.Pairs` into named yes-or-no arrays, one entry per pair, so that a rule
reads as a sentence. NaN fails every comparison: a missing value is evidence neither for nor against.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from prismake.dedup import kinds

if TYPE_CHECKING:
    from prismake.dedup.compare import Pairs
    from prismake.dedup.excerpt import Excerpt

_LANGUAGE_EXTRA = (
    "german",
    "russian",
    "french",
    "spanish",
    "chinese",
    "japanese",
    "polish",
    "italian",
    "portuguese",
    "czech",
)


@dataclass(frozen=True)
class Thresholds:
    """Similarity of titles, authors and abstracts (0 to 1) from which the rules count them as agreeing."""

    title: float = 0.93
    similar_title: float = 0.8
    weak_title: float = 0.55
    authors: float = 0.85
    abstract: float = 0.9


def worth_comparing(p: Excerpt, a: np.ndarray, b: np.ndarray, title: np.ndarray) -> np.ndarray:
    """Mask of the candidate pairs that some rule could merge or that people could be asked about."""
    c = p.codes
    place = (c["first_page"][a] == c["first_page"][b]) & (c["first_page"][a] >= 0)
    place &= (c["volume"][a] == c["volume"][b]) & (c["volume"][a] >= 0)
    place |= (
        (c["first_page"][a] == c["first_page"][b])
        & (p.page_range[1][a] == p.page_range[1][b])
        & (p.page_range[1][a] > 1)
    )
    place &= p.year[a] == p.year[b]
    identified = (c["pmid"][a] == c["pmid"][b]) & (c["pmid"][a] >= 0)
    # A title without its subtitle is much shorter than the full one: require a shared DOI, or a shared beginning and
    # author or journal.
    identified |= (c["doi"][a] == c["doi"][b]) & (c["doi"][a] >= 0) & (title > 0.1)
    begun = (c["title_start"][a] == c["title_start"][b]) & (c["title_start"][a] >= 0)
    identified |= begun & (((c["first_author"][a] == c["first_author"][b]) & (c["first_author"][a] >= 0)) | place)
    identified |= begun & (c["journal"][a] == c["journal"][b]) & (c["journal"][a] >= 0) & (p.year[a] == p.year[b])
    numbered = (c["cochrane"][a] == c["cochrane"][b]) & (c["cochrane"][a] >= 0)
    registered = ((p.kind[a] | p.kind[b]) & kinds.REGISTRY) > 0
    return np.isnan(title) | numbered | registered | (title > 0.5) | (place & (title > 0.05)) | identified


def signs(p: Excerpt, q: Pairs, t: Thresholds, *, merge_cochrane_versions: bool | str) -> SimpleNamespace:
    """Boolean arrays by name; ``other_x`` means that both records have x and that it differs."""
    s = SimpleNamespace()
    s.unlike = p.kind[q.a] ^ p.kind[q.b]
    s.generic = p.generic[q.a] | p.generic[q.b]
    s.serial = p.serial[q.a] | p.serial[q.b]
    s.proceedings = p.proceedings[q.a] | p.proceedings[q.b]
    s.short = p.short[q.a] | p.short[q.b]
    s.same_title = (q.title >= 1) | _harmless_extra(q)
    s.title = s.same_title | (q.title >= t.title)
    s.inside = q.inside & (q.shorter >= 20)
    s.similar = s.title | (q.title >= t.similar_title) | s.inside
    s.weak = s.similar | (q.title >= t.weak_title)
    s.no_title = np.isnan(q.title)
    s.authors = (q.authors >= t.authors) | (q.first_author >= 0.9)
    s.all_authors = q.authors >= 0.95
    s.no_authors = np.isnan(q.authors)
    s.people = q.people
    s.other_authors = (q.authors < 0.5) & (q.first_author < 0.75)
    s.year, s.near_year = q.years == 0, q.years <= 1
    s.page, s.other_page = q.first_page == 1, q.first_page == 0
    s.volume, s.other_volume, s.no_volume = q.volume == 1, q.volume == 0, np.isnan(q.volume)
    s.issue, s.other_issue = q.issue == 1, q.issue == 0
    s.journal, s.other_journal = q.journal >= 1, q.journal == 0
    s.abstract, s.other_abstract = q.abstract >= t.abstract, q.abstract < 0.6
    s.one_abstract = q.abstract >= 0.97
    s.doi, s.other_doi = q.doi == 1, q.doi == 0
    s.pmid, s.other_pmid = q.pmid == 1, q.pmid == 0
    s.pages = s.page & (q.last_page == 1) & q.more_pages  # the same range of two pages or more
    # The same article number, or a page so high that chance will not repeat it.
    s.number = s.page & (q.last_page == 1) & (p.page_range[0][q.a] >= 1000)
    # Without a volume, a place is the same page range in the same year, or the same page, title and authors.
    same_page = s.pages | ((q.last_page == 1) & s.same_title & s.people & ~s.serial)
    s.place = s.page & (s.volume | (s.no_volume & s.year & same_page & ~s.other_issue))
    # Issues that restart page numbering repeat low page numbers.
    one_issue = (p.page_range[0][q.a] >= 100) | (s.people & ~s.serial)
    s.same_part = s.issue | (np.isnan(q.issue) & s.year & one_issue)
    s.far_page = s.other_page & ~q.near_page
    s.more_numbers, s.other_numbers = q.numbers == 0.5, q.numbers == 0
    s.registered = _same_registration(p, q)
    s.same_number = same_value(p, q, "cochrane")
    # The first version may be the protocol of a review that later got another title.
    s.later = (p.version[q.a] != "1") & (p.version[q.b] != "1")
    s.other_version = s.same_number & (merge_cochrane_versions is not True) & _other_version(p, q)
    s.versions = (
        s.same_number & ~s.other_version & (s.title | (s.weak & s.later)) & (merge_cochrane_versions is not False)
    )
    s.linked_version = s.other_version & (merge_cochrane_versions is False)
    s.one_paper = s.same_title & s.one_abstract & s.authors & s.journal & s.near_year & ~s.other_volume & ~s.generic

    s.text = (q.abstract >= 0.95) & q.long_abstracts
    s.swapped, s.other_word = q.swapped & ~s.same_title, q.other_word & ~s.same_title
    # A translated title varies with the translator; across languages no word is the same.
    s.translated = p.translated[q.a] | p.translated[q.b] | ((p.foreign[q.a] != p.foreign[q.b]) & (q.title < 0.75))
    s.supplement = p.in_supplement[q.a] | p.in_supplement[q.b]
    s.two_places = _two_places(p, q, s)
    s.other_sort = _other_sort(p, q)
    s.lone_pages = _lone_pages(p, q)
    s.other_trials = _different_trials(p, q)
    s.same_issue = same_value(p, q, "issue") & s.issue
    return s


def _harmless_extra(q: Pairs) -> np.ndarray:
    """One title is the other followed by the name of a language and the original title."""
    out = np.zeros(len(q), dtype=bool)
    for k in np.flatnonzero(q.inside).tolist():
        out[k] = q.extra[k].startswith("~") and q.extra[k][1:].startswith(_LANGUAGE_EXTRA)
    return out


def same_value(p: Excerpt, q: Pairs, field: str) -> np.ndarray:
    """Whether a field has exactly the same value in both records."""
    code = p.codes[field]
    return (code[q.a] == code[q.b]) & (code[q.a] >= 0)


def _two_places(p: Excerpt, q: Pairs, s: SimpleNamespace) -> np.ndarray:
    """Whether the places contradict each other in a way that no typing error explains.

    Disjoint page ranges, pages of different numbering (P1.234 and 45-51, S12 and 12), or a supplement and an issue.
    """
    letters = p.codes["page_letters"]
    ranges = q.more_pages & (q.last_page != 1)
    counts = letters[q.a] != letters[q.b]
    # A range counted from 1 beside an article number gives the length of the article, not its place.
    first = p.page_range[0]
    length = (p.coded[q.a] & (first[q.b] == 1)) | (p.coded[q.b] & (first[q.a] == 1))
    counts &= ~(length & s.text & s.same_title & s.volume & s.issue)
    both_known = (p.codes["issue"][q.a] >= 0) & (p.codes["issue"][q.b] >= 0)
    supplement = both_known & (p.in_supplement[q.a] != p.in_supplement[q.b])
    supplement &= ~(s.pages & ~counts) & ~(s.text & s.issue)
    return (
        (s.far_page & (ranges | counts))
        | (s.other_page & counts & (p.supplement[q.a] | p.supplement[q.b]))
        | supplement
    )


_EXCLUSIVE = (("abstract", "article"), ("abstract", "letter"), ("letter", "article"), ("protocol", "article"),
              ("protocol", "abstract"), ("protocol", "letter"))  # fmt: skip


def _other_sort(p: Excerpt, q: Pairs) -> np.ndarray:
    """Whether the publication types of the records exclude each other."""
    x, y = p.sort[q.a], p.sort[q.b]
    out = np.zeros(len(q), dtype=bool)
    for first, second in _EXCLUSIVE:
        out |= ((x == first) & (y == second)) | ((x == second) & (y == first))
    return out


def _lone_pages(p: Excerpt, q: Pairs) -> np.ndarray:
    """Whether both records give a single page; an abstract and its article differ in this."""
    first, last = p.page_range
    return (first[q.a] == last[q.a]) & (first[q.b] == last[q.b])


def _other_version(p: Excerpt, q: Pairs) -> np.ndarray:
    """Whether two records of a Cochrane review are of different versions, by their DOIs or else their years."""
    out = q.years > 0
    x, y = p.version[q.a], p.version[q.b]
    both_known = (x != "") & (y != "")
    out[both_known] = (x != y)[both_known]
    return out


def _registrations(p: Excerpt, q: Pairs) -> np.ndarray:
    registry = (p.kind & kinds.REGISTRY) > 0
    has = np.array([bool(v) for v in p.trials], dtype=bool) & registry
    return np.flatnonzero(has[q.a] & has[q.b])


def _different_trials(p: Excerpt, q: Pairs) -> np.ndarray:
    """Registry entries that do not share a single number."""
    out = np.zeros(len(q), dtype=bool)
    for k in _registrations(p, q).tolist():
        out[k] = not set(p.trials[q.a[k]]) & set(p.trials[q.b[k]])
    return out


def _same_registration(p: Excerpt, q: Pairs) -> np.ndarray:
    """Registry entries with the same first number: the entry of one registry in two databases."""
    out = np.zeros(len(q), dtype=bool)
    for k in _registrations(p, q).tolist():
        out[k] = p.trials[q.a[k]][0].lower() == p.trials[q.b[k]][0].lower()
    return out
