"""Match PDF files to reports by file name, or by DOI or title on the first pages; never by guessing.

A file name matches if it is the id, DOI, PMID or PMC number of the report. A DOI counts if it is the first in the text
or in the properties of the file, a title if it opens a page or is in the properties: elsewhere they may belong to a
reference list. A file that fits two reports, or two files that fit one report, are reported and left to people.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from prismake.core.records import normal_title

NAME, DOI, TITLE = "file name", "DOI", "title"
_HOW_TO_NAME = "Name the file after the report, for instance {}.pdf."
_OPENING = 1_500  # letters at the start of a page that are searched for a title
_SHORTEST_TITLE = 30  # letters; “Editorial” is the title of many
_DOI_START = re.compile(r"10\.\d{4,9}\s?/")
_BREAKS = frozenset("/.-_():;")  # characters of a DOI after which typesetters break the line


@dataclass(frozen=True)
class Sought:
    """A report sought in full text: its id, the ids of its records and its external identifiers."""

    item: str
    members: tuple[str, ...]
    doi: str
    pmid: str
    pmcid: str
    title: str


@dataclass(frozen=True)
class Match:
    """The result for one file. ``item`` and ``matched_on`` are empty if it matches no report.

    ``to_do``: whether somebody should look at the remark.
    """

    file: Path
    item: str = ""
    matched_on: str = ""
    remark: str = ""
    to_do: bool = False


def match(files: Mapping[Path, Mapping[str, Any]], reports: Sequence[Sought]) -> list[Match]:
    """One match per file, in the order of ``files``.

    Args:
        files: the result of ``folder.read``.
        reports: the reports sought in full text.
    """
    index = _Index(reports)
    matches = [_fitting(path, about, index) for path, about in files.items()]
    return list(_one_for_each_report(matches, {path: about["digest"] for path, about in files.items()}, index))


class _Index:
    def __init__(self, reports: Sequence[Sought]) -> None:
        self.reports = {report.item: report for report in reports}
        self.names: dict[str, set[str]] = defaultdict(set)
        self.dois: dict[str, set[str]] = defaultdict(set)
        self.titles: dict[str, set[str]] = defaultdict(set)
        for report in reports:
            pmid = [report.pmid, f"pmid{report.pmid}", f"pmid {report.pmid}"] if report.pmid else []
            for name in (report.item, *report.members, report.doi, report.pmcid, *pmid):
                if name:
                    self.names[file_name(name)].add(report.item)
            if report.doi:
                self.dois[report.doi].add(report.item)
            if len(letters := _letters(report.title)) >= _SHORTEST_TITLE:
                self.titles[letters].add(report.item)

    def advice(self, items: Iterable[str] = ()) -> str:
        """How to name a file so that it is matched."""
        examples = sorted(items) or sorted(self.reports)
        return _HOW_TO_NAME.format(file_name(examples[0]) if examples else "pubmed-12345678")


def file_name(name: str) -> str:
    """An id, DOI or file name in the form in which they are compared: only letters and digits, joined by ``-``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _fitting(path: Path, about: Mapping[str, Any], index: _Index) -> Match:
    by_name = index.names.get(file_name(path.stem), set())
    if len(by_name) == 1:
        return Match(path, next(iter(by_name)), NAME)
    if "problem" in about:
        return Match(path, remark=f"{about['problem']} {index.advice()}", to_do=True)
    by_doi, by_title = _by_doi(about, index), _by_title(about, index)
    for kind, items in ((DOI, by_doi), (TITLE, by_title)):
        both = items & (by_title if kind == DOI else by_doi)
        chosen = items if len(items) == 1 else both
        if len(chosen) == 1:
            return Match(path, next(iter(chosen)), kind)
        if items:
            text = f"its {kind} matches {len(items)} reports: {', '.join(sorted(items))}. {index.advice(items)}"
            return Match(path, remark=text, to_do=True)
    if not any(text.strip() for text in about["pages"]):
        return Match(path, remark=f"no text can be read in it (a scan?). {index.advice()}", to_do=True)
    return Match(path, remark=f"it matches no report that is sought. {index.advice()}", to_do=True)


def _by_doi(about: Mapping[str, Any], index: _Index) -> set[str]:
    """Reports whose DOI is in the properties of the file or comes first on one of its first pages."""
    items: set[str] = set()
    for text in (about["title"], about["about"]):
        for candidate in _candidates(text, index):
            items |= candidate
    for text in about["pages"]:
        first = next(_candidates(text, index), None)
        if first is not None:
            return items | first
    return items


def _candidates(text: str, index: _Index) -> Iterator[set[str]]:
    """For each DOI in a text, in order, the reports it belongs to (none if it is not of a report sought)."""
    text = text.lower()
    for place in _DOI_START.finditer(text):
        fitting = [(doi, items) for doi, items in index.dois.items() if _stands_at(doi, text, place.start())]
        yield max(fitting, key=lambda pair: len(pair[0]))[1] if fitting else set()


def _stands_at(doi: str, text: str, place: int) -> bool:
    """Whether a complete DOI begins at a position of a text, possibly broken across lines."""
    for before, sign in zip(" " + doi, doi, strict=False):
        while before in _BREAKS and place < len(text) and text[place].isspace():
            place += 1
        if place >= len(text) or text[place] != sign:
            return False
        place += 1
    return place >= len(text) or not text[place].isalnum()


def _by_title(about: Mapping[str, Any], index: _Index) -> set[str]:
    """Reports whose title is that of the file or occurs at the start of one of its first pages."""
    openings = [_letters(text)[:_OPENING] for text in about["pages"]]
    stated = _letters(about["title"])
    fitting = {title for title in index.titles if title == stated or any(title in opening for opening in openings)}
    longest = {title for title in fitting if not any(title != other and title in other for other in fitting)}
    return set().union(*(index.titles[title] for title in longest))


def _letters(text: str) -> str:
    """Letters and digits alone: hyphens at line ends, ligatures and blanks between words do not matter."""
    return normal_title(text).replace(" ", "")


def _one_for_each_report(matches: Sequence[Match], digests: Mapping[Path, str], index: _Index) -> Iterator[Match]:
    """Of several files for one report, the one named after it, or one of identical copies; otherwise none."""
    by_item: dict[str, list[Match]] = defaultdict(list)
    for match in matches:
        if match.item:
            by_item[match.item].append(match)
    chosen = {item: _chosen(several, digests) for item, several in by_item.items()}
    for match in matches:
        several = by_item.get(match.item, [])
        if len(several) < 2 or chosen[match.item] is match:
            yield match
        elif best := chosen[match.item]:
            yield replace(match, item="", matched_on="", remark=f"{match.item} already has {best.file.name}.")
        else:
            others = ", ".join(other.file.name for other in several if other is not match)
            text = f"it matches {match.item} by its {match.matched_on}, as does {others}. {index.advice([match.item])}"
            yield Match(match.file, remark=text, to_do=True)


def _chosen(matches: Sequence[Match], digests: Mapping[Path, str]) -> Match | None:
    by_name = [match for match in matches if match.matched_on == NAME]
    for group in (by_name, matches):
        if group and len({digests[match.file] for match in group}) == 1:
            return min(group, key=lambda match: match.file.as_posix())
    return None
