"""Decisions on pairs: rules that merge, vetoes that forbid a merge, links between related reports.

A pair is merged when a rule applies and no veto does. Every rule and veto is one expression over the signs of the pair
(`evidence.signs`) and is named in the audit table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from prismake.dedup import kinds
from prismake.dedup.chance import model, probability
from prismake.dedup.evidence import Thresholds, signs

if TYPE_CHECKING:
    from types import SimpleNamespace

    from prismake.dedup.compare import Pairs
    from prismake.dedup.excerpt import Excerpt

DEFAULTS = Thresholds()
_VERSION = "another version of the Cochrane review"
# Vetoes after which people are asked if a rule would merge the pair.
ASKED = ("titles exchange words", "different abstracts", "two places", "publication types exclude each other")
_APART = kinds.CORRECTION | kinds.RETRACTION | kinds.COMMENT | kinds.REPLY


@dataclass
class Decisions:
    """Per pair: the rule that merges it ("" for none), the veto against it ("" for none), its link ("" for none)."""

    rule: np.ndarray
    veto: np.ndarray
    link: np.ndarray
    strength: np.ndarray  # place of the rule in the list, 0 the strongest
    final: np.ndarray  # bool: certainly different, not shown to people
    chance: np.ndarray  # probability that the pair is one report
    asked: np.ndarray  # bool: people may be asked, unless the clusters settle it
    doubted: np.ndarray  # bool: a rule or shared identifier would merge it, and people must judge the veto

    def take(self, keep: np.ndarray) -> Decisions:
        """The decisions on the pairs at an index or mask."""
        return Decisions(**{name: value[keep] for name, value in vars(self).items()})


def none() -> Decisions:
    """Decisions on no pairs."""
    kinds_of = {"rule": object, "veto": object, "link": object, "strength": np.int32, "chance": np.float64}
    return Decisions(**{name: np.empty(0, dtype=kinds_of.get(name, bool)) for name in Decisions.__dataclass_fields__})


def join(parts: Sequence[Decisions]) -> Decisions:
    """The decisions on all pairs, from those on portions."""
    names = Decisions.__dataclass_fields__
    return Decisions(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def decide(p: Excerpt, q: Pairs, t: Thresholds = DEFAULTS, *, merge_cochrane_versions: bool | str = "ask") -> Decisions:
    """Rules, vetoes and links of all pairs."""
    s = signs(p, q, t, merge_cochrane_versions=merge_cochrane_versions)
    veto = _first(_vetoes(q, s), len(q))
    identical = q.identical & ~s.other_trials & ~s.other_sort & ~((s.unlike & _APART) > 0)
    rules = {"identical": identical, **_by_identifier(q, s), **_by_place(q, s), **_by_title(p, q, s)}
    rule = _first(rules, len(q))
    veto[identical] = ""
    place_of = {name: k for k, name in enumerate(rules)}
    strength = np.array([place_of.get(name, len(rules)) for name in rule], dtype=np.int32)
    final = s.other_trials | (s.generic & (s.other_page | s.other_volume | s.other_doi | s.other_issue))
    final |= s.serial & ~(s.page & s.volume & s.same_part) & ~(s.doi | s.pmid | s.abstract)
    final &= ~identical
    link = _links(p, q, s)
    chance = probability(p, q)
    one_doi = s.doi & (s.inside | (q.title >= t.similar_title)) & ~s.other_volume & ~s.far_page
    doubted = ((rule != "") & np.isin(veto, ["", *ASKED])) | (veto == _VERSION) | one_doi
    doubtful = (chance >= model()["floor"]) | doubted
    doubtful &= (link == "") & ~final
    return Decisions(
        rule=rule,
        veto=veto,
        link=link,
        strength=strength,
        final=final,
        chance=chance,
        asked=doubtful,
        doubted=doubted,
    )


def _vetoes(q: Pairs, s: SimpleNamespace) -> dict[str, np.ndarray]:
    """Vetoes, which override all rules; the first that applies is named."""
    elsewhere = s.other_volume & s.other_journal
    # Identical abstracts outweigh differences of the title.
    one_text = s.text & s.authors & ~s.other_volume
    one_text &= s.pages | s.doi | ((q.abstract >= 0.99) & s.title & s.people & s.journal & s.year & ~s.other_page)
    one_doi = s.doi & s.title & s.authors
    two_ranges = s.far_page & q.more_pages & (q.last_page != 1)
    exempt = s.registered | s.versions | s.pmid | (s.doi & ~s.other_page & ~s.other_volume)
    one_place = s.same_title & ~s.generic & s.place & ~s.other_journal
    return {
        "different trial numbers": s.other_trials,
        _VERSION: s.other_version,
        "registry entry and article": (s.unlike & kinds.REGISTRY) > 0,
        "preprint and article": ((s.unlike & kinds.PREPRINT) > 0) & ~s.doi & ~(s.page & s.journal),
        "protocol and article": ((s.unlike & kinds.PROTOCOL) > 0) & ~exempt & ~(s.page & s.volume),
        "correction, comment or reply and article":
            (s.unlike & _APART) > 0,
        "different PMIDs": s.other_pmid & ~s.versions,
        "different DOIs":
            s.other_doi & ~s.versions & ~one_place & ~(s.one_paper & ~s.other_page & ~s.other_issue),
        "titles exchange words":
            s.swapped & ~s.versions & ~s.pmid & ~s.registered & ~(one_text & (~s.other_word | s.translated))
            & ~(s.doi & s.pages & s.volume & s.authors & ~s.other_word)
            & ~(s.translated & s.pages & s.volume & s.issue & s.authors & (one_text | s.similar | ~s.supplement)),
        "different numbers in the titles":
            s.other_numbers & ~s.no_title & ~(s.title & s.pages & s.volume & s.year & s.authors),
        "one title has more numbers":
            s.more_numbers & ~(s.page & (s.volume | s.doi))
            & ~(s.title & s.one_abstract & s.authors & s.journal & s.year)
            & ~(s.doi & s.inside & s.authors & s.year & ~s.other_page),
        "different place":
            s.other_page & (s.other_volume | s.other_journal) & ~s.versions & ~(s.doi & s.title & ~elsewhere),
        "two places": s.two_places & ~s.versions & ~s.pmid & ~s.registered & ~(one_doi & ~two_ranges),
        "publication types exclude each other":
            s.other_sort & ~s.pmid & ~(one_doi & ~s.other_page & ~s.other_volume & ~s.other_issue),
        "generic title":
            s.generic & ~exempt
            & ~(s.page & s.volume & s.same_part & ~s.other_authors & ~s.other_journal),
        "short title":
            s.short & ~exempt & ~(s.place & ~s.other_issue & ~s.other_authors)
            & ~((s.volume | s.no_volume) & s.issue & s.journal & s.all_authors & s.year & ~s.other_page),
        "different authors":
            s.other_authors & ~(s.doi & s.title & ~s.other_page)
            & ~(s.title & s.page & s.volume & (q.last_page == 1)),
        "different years": (q.years > 1) & ~s.versions & ~(s.page & s.volume) & ~s.doi & ~s.pmid,
        "different abstracts":
            s.other_abstract & (q.long_abstracts | s.far_page) & ~s.versions & ~s.pmid,
    }  # fmt: skip


def _by_identifier(q: Pairs, s: SimpleNamespace) -> dict[str, np.ndarray]:
    """Same DOI, PMID or registration; the common DOI of the abstracts of a supplement is not sufficient."""
    elsewhere = s.other_volume & s.other_journal
    two_places = (elsewhere & ~s.page) | (s.far_page & (s.other_volume | s.other_journal | s.other_issue))
    return {
        "same PMID": s.pmid & (s.weak | s.no_title),
        "same DOI and title": s.doi & s.title & ~two_places,
        "same DOI, similar title":
            s.doi & s.similar & (s.authors | s.no_authors) & ~s.far_page & ~elsewhere
            & ~(s.other_abstract & ~q.more_pages),
        "same registration": s.registered,
        "same Cochrane review": s.versions,
        "no title, same DOI or place":
            s.no_title & (s.all_authors | s.people) & ~s.other_page & ~s.other_volume & ~s.other_abstract
            & (s.doi | (s.pages & s.volume & s.journal & s.year)),
    }  # fmt: skip


def _by_place(q: Pairs, s: SimpleNamespace) -> dict[str, np.ndarray]:
    """Same place; the less the titles agree, the more of the place has to."""
    one_page = s.page & (q.last_page == 1)
    return {
        "same title and place": s.title & s.place & ~s.other_journal,
        "same title, place and authors, journal unlike":
            s.title & s.page & s.volume & s.authors & s.near_year & ~s.generic,
        "same title, volume, issue, pages and year":
            s.same_title & s.volume & s.year & ~s.generic & ((~s.other_issue & s.pages) | (s.issue & one_page)),
        "similar title, same place and authors":
            s.similar & s.page & s.volume & s.authors & s.near_year & ~s.other_journal
            & ~(s.other_abstract & ~q.more_pages) & (q.more_pages | s.inside | s.abstract | (q.title >= 0.88)),
        "part of the title, same pages, authors and year":
            s.inside & s.pages & s.authors & s.year & s.journal & (~s.other_volume | s.people) & ~s.other_abstract,
        "title reworded, same volume, issue, pages and authors":
            s.weak & s.pages & s.volume & s.same_issue & s.year & s.authors & s.journal & ~s.other_abstract,
        "title reworded, same abstract, place and authors":
            ((q.title >= 0.7) | s.inside) & s.abstract & s.pages & s.volume & s.year & s.authors & s.journal,
        "title reworded, same abstract, volume, issue, pages and authors, journal unlike":
            s.text & s.one_abstract & s.weak & ~s.swapped & s.pages & s.volume & s.same_issue & s.year & s.authors,
        "beginning of the title, same abstract, volume, pages and authors":
            q.inside & s.abstract & s.pages & s.volume & s.year & s.authors,
        "same title, authors, pages and year":
            s.title & s.authors & (s.pages | s.number) & s.year & (~s.other_volume | s.number)
            & (~s.other_journal | ~s.other_volume) & ~s.generic & ~s.other_abstract,
    }  # fmt: skip


def _by_title(p: Excerpt, q: Pairs, s: SimpleNamespace) -> dict[str, np.ndarray]:
    """Title, authors and journal agree, and the place does not contradict this too strongly."""
    telling = ~s.generic & ~s.other_abstract
    meeting = ((p.kind[q.a] | p.kind[q.b]) & kinds.ABSTRACT) > 0
    # If the volume is unknown, the authors must agree, and the year or the abstract. Meetings have no volumes.
    by_year = s.year | (s.same_title & ((s.abstract & ~meeting) | s.proceedings))
    nowhere = s.no_volume & ((s.people & by_year) | (s.same_title & s.year & (s.proceedings | s.one_abstract)))
    meeting_named_once = (s.unlike == kinds.ABSTRACT) & s.lone_pages
    return {
        "same title, authors and journal":
            s.title & s.authors & s.journal & s.near_year & ~s.other_page & ~s.other_volume & ~s.other_issue
            & telling & (s.volume & (s.same_title | s.abstract | s.year | s.issue) | nowhere),
        "part of the title, same authors, journal and year":
            s.inside & s.all_authors & s.journal & s.year & ~s.other_page & ~s.other_volume & ~s.other_issue
            & telling & (q.shorter >= 40)
            & (s.volume | s.page | s.abstract | s.proceedings | (s.people & (q.title >= 0.9))),
        "same title, authors, volume and issue, page unlike":
            s.similar & s.authors & s.journal & s.volume & ~s.other_issue & s.near_year & telling
            & ((q.near_page & (s.same_title | s.abstract | (q.last_page == 1))) | (s.abstract & s.same_title)),
        "same title, authors, volume and abstract, page unlike":
            s.one_paper & s.volume & s.people & (s.year | q.more_pages),
        "same title, authors, abstract, journal and year, pages not known":
            s.same_title & s.one_abstract & s.authors & s.journal & s.year & np.isnan(q.first_page)
            & ~s.generic & ~s.short & ~meeting,
        "same title, abstract and journal, nothing unlike":
            s.same_title & s.one_abstract & s.journal & (s.year | s.volume | s.page) & ~(q.years > 0) & ~s.other_authors
            & ~s.other_volume & ~s.other_issue & ~s.other_page & ~s.generic & ~s.short & ~meeting,
        "same title, names, volume, issue and year, journal alike":
            s.same_title & s.people & s.volume & s.issue & s.year & (q.journal > 0) & ~s.other_page & telling
            & ~s.short,
        "same title, all authors, journal, volume and year, page unlike":
            s.same_title & s.people & s.journal & s.volume & s.year & ~s.other_issue & telling & ~s.short
            & ~q.next_page & ((s.unlike == 0) | meeting_named_once)
            & (s.issue | s.abstract | q.more_pages | s.lone_pages)
            & (~s.far_page | s.text | (meeting_named_once & ~s.other_sort)),
        "same title, authors and pages, volume unlike":
            s.same_title & s.authors & ~s.other_journal & s.near_year & telling
            & (s.pages | (s.page & s.text & s.one_abstract & s.people & s.journal & ~meeting)),
        "same abstract, title, authors and issue":
            s.abstract & s.title & s.authors & s.volume & s.issue & s.year & ~s.far_page & ~s.generic,
        "same abstract, authors and journal":
            s.abstract & s.similar & s.people & (q.journal > 0) & s.near_year & ~s.other_volume & ~s.far_page
            & ~s.generic & (s.volume | s.year),
    }  # fmt: skip


def _links(p: Excerpt, q: Pairs, s: SimpleNamespace) -> np.ndarray:
    """The typed link of each pair of related but separate reports."""
    unlike, authors = s.unlike, s.authors
    related = s.title | s.inside | ((q.title >= 0.8) & authors) | _named_within(p, q, unlike)
    shared = np.zeros(len(q), dtype=bool)
    for k in np.flatnonzero((unlike & kinds.REGISTRY) > 0).tolist():
        shared[k] = bool(set(p.trials[q.a[k]]) & set(p.trials[q.b[k]]))
    cases = {
        "version of one Cochrane review": s.linked_version,
        "registry entry": ((unlike & kinds.REGISTRY) > 0) & (related | shared),
        "correction": ((unlike & (kinds.CORRECTION | kinds.RETRACTION)) > 0) & related,
        "comment or reply": ((unlike & (kinds.COMMENT | kinds.REPLY)) > 0) & related,
        "preprint": ((unlike & kinds.PREPRINT) > 0) & related & authors,
        "conference abstract": ((unlike & kinds.ABSTRACT) > 0) & related & authors,
    }
    return _first(cases, len(q))


def _named_within(p: Excerpt, q: Pairs, unlike: np.ndarray) -> np.ndarray:
    """A correction, retraction, comment or reply whose title has words before and after that of the article."""
    out = np.zeros(len(q), dtype=bool)
    for k in np.flatnonzero(((unlike & _APART) > 0) & (q.shorter >= 30) & (q.title > 0.3)).tolist():
        x, y = p.title[q.a[k]], p.title[q.b[k]]
        out[k] = x in y or y in x
    return out


def _first(cases: dict[str, np.ndarray], n: int) -> np.ndarray:
    """The name of the first case that applies to each pair, "" if none does."""
    out = np.full(n, "", dtype=object)
    for name, holds in reversed(cases.items()):
        out[holds] = name
    return out
