"""A published version of the review: frozen as a file, and compared with the present state of the review.

The file is kept in ``config/versions/``, because what was included on a certain day cannot be rebuilt later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prismake.core.errors import PrismakeError
from prismake.core.names import STUDY_ID
from prismake.kept import store
from prismake.kept.formats import VERSION
from prismake.protocol.team import VERSIONS

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")


@dataclass(frozen=True)
class Version:
    """The final decisions at the time a version was frozen.

    ``outcome``: final outcome by report id. ``members``: report id by record id. ``studies``: the reports of each
    included study, by study id. Records and reports that were still open are not included.
    """

    name: str
    outcome: Mapping[str, str]
    members: Mapping[str, str]
    studies: Mapping[str, tuple[str, ...]]

    @property
    def included(self) -> frozenset[str]:
        """The reports of included studies."""
        return frozenset(report for reports in self.studies.values() for report in reports)


@dataclass(frozen=True)
class Carried:
    """The part of a version that still holds.

    ``finished``: present reports that were finished in the version and have the same outcome now. ``origin``: for each
    of these, the report of the version. ``again``: reports of the version whose outcome has changed.
    """

    version: Version | None = None
    finished: frozenset[str] = frozenset()
    origin: Mapping[str, str] = field(default_factory=dict)
    again: frozenset[str] = frozenset()

    def counted(self, records: Iterable[str], report_of: Mapping[str, str]) -> list[str]:
        """The records that count as new: not in the version, or of a report whose outcome has changed."""
        if self.version is None:
            return list(records)
        return [
            record for record in records if record not in self.version.members or report_of[record] not in self.finished
        ]

    def studies_kept(self, included: Mapping[str, frozenset[str]]) -> int:
        """The number of studies of the version still included: each is paired with at most one present study."""
        return len(self._pairs(included))

    def _pairs(self, included: Mapping[str, frozenset[str]]) -> dict[str, str]:
        assert self.version is not None
        study_of = {report: study for study, reports in self.version.studies.items() for report in reports}
        pairs: dict[str, str] = {}
        for study in sorted(included):
            for report in sorted(included[study] & self.finished):
                earlier = study_of.get(self.origin[report])
                if earlier is not None and earlier not in pairs:
                    pairs[earlier] = study
                    break
        return pairs

    def sentences(self, included: Mapping[str, frozenset[str]]) -> list[str]:
        """Notes for readers of the updated flow, in addition to its boxes."""
        assert self.version is not None
        sentences = []
        if self.again:
            sentences.append(
                f"Reports of the previous version ({self.version.name}) that were reassessed and count among the new "
                f"ones: {len(self.again):,}."
            )
        studies = set(self._pairs(included).values())
        more = sum(len(reports - self.finished) for study, reports in included.items() if study in studies)
        if more:
            sentences.append(
                "New reports of studies that the previous version had included, counted as new reports but not as new "
                f"studies: {more:,}."
            )
        return sentences


def carried(version: Version, report_of: Mapping[str, str], outcome: Mapping[str, str]) -> Carried:
    """Compare a version with the present state.

    Args:
        report_of: present report by record id.
        outcome: present outcome of each report; open reports are left out.

    A report of the version corresponds to at most one present report: if it was split, to the part that kept its id.
    """
    origins: dict[str, set[str]] = {}
    for record, report in report_of.items():
        if record in version.members:
            origins.setdefault(report, set()).add(version.members[record])
    finished: dict[str, str] = {}
    used_origins: set[str] = set()
    # the part that kept the id comes before the others
    for report in sorted(origins, key=lambda each: (each not in origins[each], each)):
        same = {origin for origin in origins[report] if version.outcome[origin] == outcome.get(report)}
        free = sorted(same - used_origins, key=lambda origin: (origin != report, origin))
        if same == origins[report] and free:
            finished[report] = free[0]
            used_origins |= same
    return Carried(version, frozenset(finished), finished, frozenset(origins) - finished.keys())


def freeze(name: str, outcome: Mapping[str, str], report_of: Mapping[str, str], studies: Any, searches: Any) -> Path:
    """Save the final decisions of the review under a name, such as the day of publication.

    Args:
        outcome: final outcome of each report (``prismake.flow.outcomes``).
        report_of: report by record id.
        studies: the table of included studies (study_id, label, report_ids).
        searches: the search logs.

    Raises:
        PrismakeError: the name is not a valid file name, or the version already exists.
    """
    path = _path(name)
    if path.exists():
        raise PrismakeError(
            f"the version “{name}” already exists.",
            where=str(path),
            remedy="A version is never changed; use another name.",
        )
    members: dict[str, list[str]] = {}
    for record in sorted(report_of):
        members.setdefault(report_of[record], []).append(record)
    rows = studies.to_dict("records")
    store.write(
        path,
        {
            "version": name,
            "searches": {log["source"]: {key: log[key] for key in ("label", "date", "records")} for log in searches},
            "reports": {
                report: {"outcome": how, "records": members[report]} for report, how in sorted(outcome.items())
            },
            "studies": {
                row[STUDY_ID]: {"label": row["label"], "reports": row["report_ids"].split("; ")} for row in rows
            },
        },
    )
    return path


def read_version(name: str, folder: Path = Path()) -> Version:
    """A version by its name.

    Raises:
        PrismakeError: there is none of this name.
        KeptFileError: its file is damaged, or a newer prismake wrote it.
    """
    path = folder / _path(name)
    data = store.read(path, VERSION)
    if data is None:
        names = ", ".join(sorted(file.stem for file in path.parent.glob("*.json"))) or "none yet"
        raise PrismakeError(
            f"there is no version “{name}” of this review.",
            where="config/config.yaml, previous.version",
            remedy=f"Name one of these: {names}. “prismake freeze {name}” creates one from the present decisions.",
        )
    reports = data["reports"]
    return Version(
        data["version"],
        {report: row["outcome"] for report, row in reports.items()},
        {record: report for report, row in reports.items() for record in row["records"]},
        {study: tuple(row["reports"]) for study, row in data["studies"].items()},
    )


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise PrismakeError(
            f"“{name}” is not a valid name for a version.",
            remedy="Use letters, digits, dots and hyphens, for instance the date: 2025-08-31.",
        )
    return VERSIONS / f"{name}.json"
