"""Which pairs are one report: rules that merge, vetoes that forbid, links that only connect.

A pair is merged when a rule holds and no veto does. Every rule and veto is one expression over the
agreement of fields (`compare.Pairs`), has a name that reaches the audit table, and treats a missing
value as no evidence: NaN fails every comparison.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from prismake.dedup import kinds

if TYPE_CHECKING:
    from prismake.dedup.compare import Pairs
    from prismake.dedup.prepare import Prepared

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
_APART = kinds.CORRECTION | kinds.RETRACTION | kinds.COMMENT | kinds.REPLY


@dataclass(frozen=True)
class Thresholds:
    """Likeness of titles, authors and abstracts (0 to 1) from which the rules count them as agreeing."""

    title: float = 0.93
    similar_title: float = 0.8
    weak_title: float = 0.55
    authors: float = 0.85
    abstract: float = 0.9


DEFAULTS = Thresholds()


@dataclass
class Decisions:
    """Per pair: the rule that merges it ("" for none), the veto against it ("" for none), its link ("" for none)."""

    rule: np.ndarray
    veto: np.ndarray
    link: np.ndarray
    strength: np.ndarray  # place of the rule in the list, 0 the strongest
    final: np.ndarray  # bool: certainly different, nothing for people to decide


_GENERIC = re.compile(
    r"^(?:the )?(?:editorials?|editors? (?:s )?(?:note|comments?|introduction|choice|page)|introduction|preface|foreword|"
    r"letters?(?: to the editors?)?|reply|response|authors? (?:s )?(?:reply|response)|comments?|commentary|"
    r"in (?:this issue|brief|reply)|news|correspondence|erratum|corrigendum|corrections?|books?(?: reviews?)?|abstracts?|discussion|"
    r"conclusions?|announcements?|obituary|index|contents|issue information|cover|masthead|q a|case report|case|summary|overview|"
    r"untitled|no title|title not available|depression|review)(?: \w+)?$"
)


def weigh_titles(p: Prepared) -> None:
    """Mark titles that do not tell which paper it is.

    ``p.generic``: "Editorial" and its like, and titles that stand in five different places or more.
    ``p.short``: two words or fewer, or less than twenty letters: chance can repeat them.
    """
    code = p.codes["title"]
    p.short = np.array([len(t) < 20 or w.count(" ") < 2 for t, w in zip(p.title, p.words, strict=True)], dtype=bool)
    listed = np.array(
        [len(t) < 60 and bool(_GENERIC.match(w)) for t, w in zip(p.title, p.words, strict=True)], dtype=bool
    )
    many: set[int] = set()
    for part in (p.first_page, p.issue):
        places: dict[int, set] = {}
        for k in np.flatnonzero(code >= 0).tolist():
            if part[k] and p.volume[k]:
                places.setdefault(int(code[k]), set()).add((p.volume[k], part[k]))
        many |= {c for c, found in places.items() if len(found) >= 5}
    p.generic = listed | np.isin(code, sorted(many)) | (code < 0)


def worth_comparing(p: Prepared, a: np.ndarray, b: np.ndarray, title: np.ndarray) -> np.ndarray:
    """Mask of the candidate pairs that any rule could merge or that people could be asked about."""
    c = p.codes
    place = (c["first_page"][a] == c["first_page"][b]) & (c["first_page"][a] >= 0)
    place &= (c["volume"][a] == c["volume"][b]) & (c["volume"][a] >= 0)
    place |= (
        (c["first_page"][a] == c["first_page"][b])
        & (p.page_range[1][a] == p.page_range[1][b])
        & (p.page_range[1][a] > 1)
    )
    place &= p.year[a] == p.year[b]
    named = (c["pmid"][a] == c["pmid"][b]) & (c["pmid"][a] >= 0)
    numbered = (c["cochrane"][a] == c["cochrane"][b]) & (c["cochrane"][a] >= 0)
    registered = ((p.kind[a] | p.kind[b]) & kinds.REGISTRY) > 0
    return np.isnan(title) | numbered | registered | (title > 0.5) | (place & (title > 0.05)) | named


def decide(p: Prepared, q: Pairs, t: Thresholds = DEFAULTS, *, merge_cochrane_versions: bool = True) -> Decisions:
    """Rules, vetoes and links of all pairs."""
    unlike = p.kind[q.a] ^ p.kind[q.b]
    generic = p.generic[q.a] | p.generic[q.b]
    short = p.short[q.a] | p.short[q.b]
    same_title = (q.title >= 1) | _harmless_extra(q)
    title = same_title | (q.title >= t.title)
    inside = q.inside & (q.shorter >= 20)
    similar = title | (q.title >= t.similar_title) | inside
    weak = similar | (q.title >= t.weak_title)
    no_title = np.isnan(q.title)
    authors = (q.authors >= t.authors) | (q.first_author >= 0.9)
    all_authors = q.authors >= 0.95
    no_authors = np.isnan(q.authors)
    other_authors = (q.authors < 0.5) & (q.first_author < 0.75)
    year, near_year = q.years == 0, q.years <= 1
    page, other_page = q.first_page == 1, q.first_page == 0
    volume, other_volume = q.volume == 1, q.volume == 0
    issue, other_issue = q.issue == 1, q.issue == 0
    journal, other_journal = q.journal >= 1, q.journal == 0
    abstract, other_abstract = q.abstract >= t.abstract, q.abstract < 0.6
    one_abstract = q.abstract >= 0.97
    doi, other_doi = q.doi == 1, q.doi == 0
    pmid, other_pmid = q.pmid == 1, q.pmid == 0
    pages = page & (q.last_page == 1) & q.more_pages  # the same range of two pages or more
    number = page & (q.last_page == 1) & (p.page_range[0][q.a] >= 1000)  # the same article number, or so high a page
    place = page & (volume | (np.isnan(q.volume) & near_year))
    far_page = other_page & ~q.near_page
    more_numbers, other_numbers = q.numbers == 0.5, q.numbers == 0
    registered = _same_registration(p, q)
    same_number = _same(p, q, "cochrane")
    # The first version may be the protocol of a review that later got another title.
    later = (p.version[q.a] != "1") & (p.version[q.b] != "1")
    versions = same_number & merge_cochrane_versions & (title | (weak & later))
    other_version = same_number & (not merge_cochrane_versions) & _other_version(p, q)
    one_paper = same_title & one_abstract & authors & journal & near_year & ~other_volume & ~generic

    vetoes = {
        "different trial numbers": _different_trials(p, q),
        "another version of the Cochrane review": other_version,
        "registry entry and article": (unlike & kinds.REGISTRY) > 0,
        "preprint and article": ((unlike & kinds.PREPRINT) > 0) & ~doi & ~(page & journal),
        "correction, comment or reply and article": ((unlike & _APART) > 0) & ~(page & volume & ~other_issue),
        "different PMIDs": other_pmid & ~versions,
        "different DOIs": other_doi & ~versions & ~(same_title & ~generic & place & ~other_journal) & ~(one_paper & ~other_page & ~other_issue),
        "different numbers in the titles": other_numbers & ~no_title & ~(title & pages & volume & year & authors),
        "one title has more numbers": more_numbers & ~(page & (volume | doi)) & ~(title & one_abstract & authors & journal & year),
        "different place": ~versions & other_page & (other_volume | other_journal) & ~(doi & title & ~(other_volume & other_journal)),
        "generic title": generic & ~registered & ~versions & ~(page & volume & ~other_issue & ~other_authors & ~other_journal)
        & ~(doi & ~other_page & ~other_volume) & ~pmid,
        "short title": short & ~registered & ~versions & ~(place & ~other_issue & ~other_authors) & ~(doi & ~other_page & ~other_volume) & ~pmid
        & ~(volume & issue & journal & all_authors & year & ~other_page),
        "different authors": other_authors & ~(doi & title) & ~(title & page & volume),
        "different years": ~versions & (q.years > 1) & ~(page & volume) & ~doi & ~pmid,
        "different abstracts": ~versions & other_abstract & far_page & ~doi & ~pmid,
    }  # fmt: skip
    rules = {
        "same PMID": pmid & (weak | no_title),
        "same DOI and title": doi & title & ~(far_page & other_volume & other_journal),
        "same DOI, similar title": doi & similar & (authors | no_authors) & ~far_page & ~(other_volume & other_journal)
        & ~(other_abstract & ~q.more_pages),
        "same registration": registered,
        "same Cochrane review": versions,
        "no title, same DOI or place": no_title & (doi | (pages & volume & journal & year)) & (authors | no_authors) & ~other_page
        & ~other_volume,
        "same title and place": title & place & ~other_journal,
        "same title, place and authors, journal unlike": title & page & volume & authors & near_year & ~generic,
        "same title, volume, issue, pages and year": same_title & volume & ((~other_issue & pages) | (issue & page & (q.last_page == 1)))
        & year & ~generic,
        "similar title, same place and authors": similar & page & volume & authors & near_year & ~other_journal
        & ~(other_abstract & ~q.more_pages) & (q.more_pages | inside | abstract | (q.title >= 0.88)),
        "part of the title, same pages, authors and year": inside & pages & authors & year & journal & ~other_volume
        & ~other_abstract,
        "title reworded, same volume, issue, pages and authors": weak & pages & volume & _same(p, q, "issue")
        & year & authors & journal & ~other_abstract,
        "title reworded, same abstract, place and authors": ((q.title >= 0.7) | inside) & abstract & pages & volume & year & authors
        & journal,
        "beginning of the title, same abstract, volume, pages and authors": q.inside & abstract & pages & volume & year & authors,
        "same title, authors, pages and year": title & authors & (pages | number) & year & (~other_volume | number)
        & (~other_journal | ~other_volume) & ~generic & ~other_abstract,
        "same title, authors and journal": title & authors & journal & near_year & ~other_page & ~other_volume
        & ~other_issue & ~generic & ~other_abstract & (same_title | abstract | year | (volume & issue)),
        "part of the title, same authors, journal and year": inside & all_authors & journal & year & ~other_page & ~other_volume
        & ~other_issue & ~generic & ~other_abstract & (q.shorter >= 40),
        "same title, authors, volume and issue, page unlike": similar & authors & journal & volume & ~other_issue
        & near_year & ~generic & ~other_abstract
        & ((q.near_page & (same_title | abstract | (q.last_page == 1))) | (abstract & same_title)),
        "same title, authors, volume and abstract, page unlike": one_paper & volume,
        "same title, all authors, journal, volume and year, page unlike": same_title & all_authors & journal & volume & year
        & ~other_issue & ~generic & ~short & ~other_abstract & ~q.next_page & ((unlike == 0) | ((unlike == kinds.ABSTRACT) & _lone_pages(p, q)))
        & (issue | abstract | q.more_pages | _lone_pages(p, q)),
        "same title, authors and pages, volume unlike": same_title & authors & pages & ~other_journal & near_year
        & ~generic & ~other_abstract,
        "same abstract, title, authors and issue": abstract & title & authors & volume & issue & year & ~far_page & ~generic,
        "same abstract, authors and journal": abstract & similar & authors & ~other_journal & near_year & ~other_volume
        & ~far_page & ~generic,
    }  # fmt: skip
    final = vetoes["different trial numbers"] | (generic & (other_page | other_volume | other_doi | other_issue))
    veto, link = _first(vetoes, len(q)), _links(p, q, title, authors)
    link[other_version] = "version of one Cochrane review"
    identical = q.identical & (veto != "different trial numbers")
    rule = _first({"identical": identical, **rules}, len(q))
    veto = np.where(identical, "", veto).astype(object)
    place_of = {name: k for k, name in enumerate(["identical", *rules])}
    strength = np.array([place_of.get(name, len(place_of)) for name in rule], dtype=np.int32)
    return Decisions(rule=rule, veto=veto, link=link, strength=strength, final=final & ~identical)


def _harmless_extra(q: Pairs) -> np.ndarray:
    """One title is the other and a language's name with the original title behind it."""
    out = np.zeros(len(q), dtype=bool)
    for k in np.flatnonzero(q.inside).tolist():
        out[k] = q.extra[k].startswith("~") and q.extra[k][1:].startswith(_LANGUAGE_EXTRA)
    return out


def _same(p: Prepared, q: Pairs, field: str) -> np.ndarray:
    """Whether a field holds the very same value in both records."""
    code = p.codes[field]
    return (code[q.a] == code[q.b]) & (code[q.a] >= 0)


def _lone_pages(p: Prepared, q: Pairs) -> np.ndarray:
    """Whether both records name a single page: an abstract beside its article has one page against many."""
    first, last = p.page_range
    return (first[q.a] == last[q.a]) & (first[q.b] == last[q.b])


def _other_version(p: Prepared, q: Pairs) -> np.ndarray:
    """Whether two records of a Cochrane review are of different versions, by their DOIs or else their years."""
    out = q.years > 0
    x, y = p.version[q.a], p.version[q.b]
    known = (x != "") & (y != "")
    out[known] = (x != y)[known]
    return out


def _registrations(p: Prepared, q: Pairs) -> np.ndarray:
    registry = (p.kind & kinds.REGISTRY) > 0
    has = np.array([bool(v) for v in p.trials], dtype=bool) & registry
    return np.flatnonzero(has[q.a] & has[q.b])


def _different_trials(p: Prepared, q: Pairs) -> np.ndarray:
    """Registry entries that do not share a single number."""
    out = np.zeros(len(q), dtype=bool)
    for k in _registrations(p, q).tolist():
        out[k] = not set(p.trials[q.a[k]]) & set(p.trials[q.b[k]])
    return out


def _same_registration(p: Prepared, q: Pairs) -> np.ndarray:
    """Registry entries with the same first number: the entry of one registry in two databases."""
    out = np.zeros(len(q), dtype=bool)
    for k in _registrations(p, q).tolist():
        out[k] = p.trials[q.a[k]][0].lower() == p.trials[q.b[k]][0].lower()
    return out


def _links(p: Prepared, q: Pairs, title: np.ndarray, authors: np.ndarray) -> np.ndarray:
    kind_a, kind_b = p.kind[q.a], p.kind[q.b]
    unlike = kind_a ^ kind_b
    related = title | (q.inside & (q.shorter >= 20)) | ((q.title >= 0.8) & authors)
    shared = np.zeros(len(q), dtype=bool)
    for k in np.flatnonzero((unlike & kinds.REGISTRY) > 0).tolist():
        shared[k] = bool(set(p.trials[q.a[k]]) & set(p.trials[q.b[k]]))
    cases = {
        "registry entry": ((unlike & kinds.REGISTRY) > 0) & (related | shared),
        "correction": ((unlike & (kinds.CORRECTION | kinds.RETRACTION)) > 0) & related,
        "comment or reply": ((unlike & (kinds.COMMENT | kinds.REPLY)) > 0) & related,
        "preprint": ((unlike & kinds.PREPRINT) > 0) & related & authors,
        "conference abstract": ((unlike & kinds.ABSTRACT) > 0) & related & authors,
    }
    return _first(cases, len(q))


def _first(cases: dict[str, np.ndarray], n: int) -> np.ndarray:
    """The name of the first case that holds for each pair, "" where none does."""
    out = np.full(n, "", dtype=object)
    for name, holds in reversed(cases.items()):
        out[holds] = name
    return out
