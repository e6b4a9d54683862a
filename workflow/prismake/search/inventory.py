"""How the fields of a file are used: read, deliberately ignored, or named in a warning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from prismake.search.mapping import Dialect
from prismake.search.people import is_cut_off

EXPECTED = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "abstract")
"""Columns whose absence is reported if the format of the file provides for them."""
_PMID_IS_USUAL = {"PubMed", "MEDLINE", "CENTRAL", "Embase", "Europe PMC"}
"""Databases whose exports carry PMIDs; elsewhere most files have none."""
_OF_REGISTERS = ("title", "year", "abstract")
_VALUES = ("year", "doi", "pmid")
"""Columns that accept only values of a certain form."""
_ONCE = ("title", "journal", "volume", "issue", "year")
"""Columns whose own tags have no second value in a record."""
_NO_VALUE = {"", "na", "n/a", "-", "none", "null", "nan", "0"}
_MOST = 12


@dataclass(frozen=True)
class Fields:
    """The fields of a file.

    ``used``, ``ignored`` and ``unknown`` give the number of records with a value by tag or header; ``ignored`` ones are
    known and deliberately left out. ``missing``: columns that no record has although the format provides for them.
    ``unreadable``: by column, the number of values of the wrong form.
    """

    used: dict[str, int] = field(default_factory=dict)
    ignored: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unreadable: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def together(several: Iterable[Fields]) -> Fields:
        """Combine several files of one source; a column is missing if no file has it."""
        parts = list(several)
        counted = {
            name: dict(sorted(sum((Counter(getattr(part, name)) for part in parts), Counter()).items()))
            for name in ("used", "ignored", "unknown", "unreadable")
        }
        for name in ("used", "ignored", "unknown"):  # adding counters would drop headers without a value
            counted[name] = {tag: counted[name].get(tag, 0) for part in parts for tag in getattr(part, name)}
        everywhere = [set(part.missing) for part in parts if part.used or part.missing]
        missing = set.intersection(*everywhere) if everywhere else set()
        return Fields(**counted, missing=[column for column in EXPECTED if column in missing])


class Inventory:
    """Counts the fields of one file while its records are read."""

    def __init__(self) -> None:
        self._tags: Counter[str] = Counter()
        self._missing = list(EXPECTED)
        self._records = self._cut_off = 0
        self._unreadable: dict[str, list[str]] = {}
        self._twice: Counter[str] = Counter()

    def header(self, names: list[str]) -> None:
        """Register the headers of a table, even if no row has a value."""
        self._tags.update(dict.fromkeys(names, 0))

    def see(self, record: Mapping[str, Any]) -> None:
        """Register a record of any format."""
        self._records += 1
        if self._missing:
            self._missing = [column for column in self._missing if not record[column]]

    def see_tags(self, dialect: Dialect, tags: Mapping[str, list[str]], record: Mapping[str, Any]) -> None:
        """Register the tags from which ``record`` was built."""
        self._tags.update(tags.keys())
        for column in _VALUES:
            if not record[column]:
                self._note_unreadable(dialect, tags, column)
        for column in _ONCE:
            for tag in dialect.own[column]:
                values = tags.get(tag)
                if values and len(values) > 1 and len(set(values)) > 1:
                    self._twice[tag] += 1
        authors = tags.get(dialect.own["authors"][0]) if dialect.own["authors"] else None
        if authors and is_cut_off(authors[-1]):
            self._cut_off += 1

    def _note_unreadable(self, dialect: Dialect, tags: Mapping[str, list[str]], column: str) -> None:
        for tag in dialect.own[column]:
            values = [value for value in tags.get(tag, ()) if value.strip().lower() not in _NO_VALUE]
            if values and "10.1002/central/" not in values[0].lower():
                self._unreadable.setdefault(column, []).append(values[0])
                return

    def fields(self, dialect: Dialect | None) -> Fields:
        """The result, after all records were registered."""
        if dialect is None:
            return Fields()
        used, ignored, unknown = dict[str, int](), dict[str, int](), dict[str, int]()
        for tag, count in sorted(self._tags.items()):
            place = used if tag in dialect.tags else ignored if dialect.ignores(tag) else unknown
            place[tag] = count
        return Fields(
            used, ignored, unknown, self._missing_of(dialect), {k: len(v) for k, v in self._unreadable.items()}
        )

    def _missing_of(self, dialect: Dialect) -> list[str]:
        if not self._records:
            return []
        expected = _OF_REGISTERS if dialect.kind == "register" else EXPECTED
        absent = [column for column in self._missing if column in expected and dialect.fields.get(column)]
        return [column for column in absent if column != "pmid" or dialect.database in _PMID_IS_USUAL]

    def warnings(self, dialect: Dialect | None) -> list[str]:
        """A sentence for each kind of information in the file that is missing from the record table."""
        if dialect is None:
            return []
        fields, sentences = self.fields(dialect), list[str]()
        if fields.unknown:
            unread = [f"“{tag}” ({count:,})" for tag, count in fields.unknown.items()]
            more = f" and {len(unread) - _MOST:,} more" if len(unread) > _MOST else ""
            sentences.append(
                f"{_number(len(unread), 'field')} not known here and not read (in brackets: records with a value): "
                f"{', '.join(unread[:_MOST])}{more}. If one holds what you need, rename it to Title, Authors, Year, "
                "Journal, Volume, Issue, Pages, DOI, PMID or Abstract, or export in another format."
            )
        if fields.missing:
            sentences.append(
                f"no record has {_listed(fields.missing)}, for which the format has a place "
                f"({_number(self._records, 'record')}). If the database shows it, choose it when exporting."
            )
        for column, values in self._unreadable.items():
            sentences.append(
                f"{_number(len(values), 'value')} of {_WORDS.get(column, column)} cannot be read as such; the first is "
                f"“{values[0][:60]}”."
            )
        for tag, count in sorted(self._twice.items()):
            sentences.append(
                f"“{tag}” is in {_number(count, 'record')} more than once with other values; the first was read."
            )
        if self._cut_off:
            sentences.append(
                f"the author lists of {_number(self._cut_off, 'record')} end in “et al.”: this export does not tell "
                "all authors."
            )
        return sentences


_WORDS = {"doi": "DOI", "pmid": "PMID"}


def _listed(columns: list[str]) -> str:
    words = [_WORDS.get(column, column) for column in columns]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
