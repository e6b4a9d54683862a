"""The boxes of the flow as a single object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Flow:
    """The boxes of the flow. All counts are non-negative integers.

    ``boxes`` holds, for reports found by databases and registers (the left column):

    ========================== =======================================================================
    identified                 {"databases": {label: records}, "registers": {label: records}, "total"}
    removed                    {"duplicates", "automation", "other", "total"} (records before screening)
    screened                   records with a settled decision at title/abstract
    excluded_title_abstract    of these, excluded
    undecided_title_abstract   records that await a decision at title/abstract
    sought                     reports sought for retrieval
    not_retrieved              of these, not retrieved
    undecided_full_text        of these, waiting for a decision at full text
    assessed                   reports with a settled decision at full text
    excluded_full_text         {reason: reports}, most frequent first, then by name
    ========================== =======================================================================

    ``boxes["other"]`` holds the same for reports found by other methods only, without the three title/abstract
    boxes; ``identified`` there is {"sources": {label: records}, "total"}. It is present if there is a source of kind
    "other". ``boxes["included"]`` is {"studies", "reports"} of both columns.

    In an updated review both columns and ``included`` count what is new since the previous version;
    ``boxes["previous"]`` and ``boxes["total"]`` ({"studies", "reports"}) are present as well. ``previous`` counts what
    that version included; ``boxes["no_longer"]`` counts the part that is no longer included in the same form: excluded
    since, or merged with another study. previous − no_longer + included = total.

    ``boxes["possible_duplicates"]`` is the number of pairs of records that await the panel (until then they count as
    different records). ``notes`` are sentences about rows that could not be counted.
    """

    boxes: Mapping[str, Any]
    notes: tuple[str, ...] = field(default=())

    @property
    def undecided(self) -> int:
        """Records, reports and pairs that await a decision, both columns together."""
        other = self.boxes.get("other", {})
        return (
            self.boxes["undecided_title_abstract"]
            + self.boxes["undecided_full_text"]
            + other.get("undecided_full_text", 0)
            + self.boxes["possible_duplicates"]
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain nested dictionaries, fit for JSON: {"boxes": ..., "notes": [...], "undecided": n}."""
        return {"boxes": _plain(self.boxes), "notes": list(self.notes), "undecided": self.undecided}

    def rows(self) -> list[dict[str, Any]]:
        """One row per count: column ("databases", "other methods", "review"), box, item, count."""
        rows = []
        for name, value in self.boxes.items():
            if name == "other":
                for inner, count in value.items():
                    rows += _rows("other methods", inner, count)
            else:
                rows += _rows("review" if name in _WHOLE else "databases", name, value)
        return rows


_WHOLE = ("included", "previous", "no_longer", "total", "possible_duplicates")


def _rows(column: str, box: str, value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, Mapping):
        return [{"column": column, "box": box, "item": "", "count": value}]
    rows = []
    for item, count in value.items():
        if isinstance(count, Mapping):
            rows += [{"column": column, "box": box, "item": f"{item}: {name}", "count": n} for name, n in count.items()]
        else:
            rows.append({"column": column, "box": box, "item": str(item), "count": count})
    return rows


def _plain(value: Any) -> Any:
    return {key: _plain(inner) for key, inner in value.items()} if isinstance(value, Mapping) else value
