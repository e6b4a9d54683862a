"""Records as RIS, BibTeX, CSV or PubMed text, for Zotero, EndNote, Rayyan, Covidence, and for reimport.

RIS and CSV carry every column, so that reading them restores the same records. BibTeX and PubMed text lack some: BibTeX
leaves out related reports, PubMed text the address.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PrismakeError
from prismake.core.files import as_text, write_text
from prismake.core.names import RECORD_ID
from prismake.core.progress import tracked
from prismake.core.records import COLUMNS, LIST_COLUMNS, collapse
from prismake.search.dialects import LINKS

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]
FORMATS = {"ris": ".ris", "bibtex": ".bib", "csv": ".csv", "nbib": ".nbib"}


def write(records: pd.DataFrame | Iterable[Row], path: str | Path, format: str = "") -> None:
    """Write records to a file atomically; by default the file extension determines the format.

    Raises ``PrismakeError`` for a format other than "ris", "bibtex", "csv", "nbib".
    """
    path = Path(path)
    chosen = format or next((name for name, ending in FORMATS.items() if path.suffix.lower() == ending), "")
    write_text(path, text(records, chosen))


def text(records: pd.DataFrame | Iterable[Row], format: str) -> str:
    """The records in order as one text in the given format."""
    if format not in FORMATS:
        raise PrismakeError(f"there is no export format '{format}'.", remedy=f"Use one of {', '.join(FORMATS)}.")
    given = list(records if not hasattr(records, "to_dict") else records.to_dict("records"))
    rows = [_plain(row) for row in tracked(given, len(given), "preparing the export", "records")]
    return {"ris": _ris, "bibtex": _bibtex, "csv": _csv, "nbib": _nbib}[format](rows)


def _plain(row: Row) -> dict[str, Any]:
    """Every column as text, or as a list of texts, without line breaks; a missing year is ''."""
    plain: dict[str, Any] = {}
    for column in COLUMNS:
        value = row.get(column)
        if column in LIST_COLUMNS:
            items = [] if value is None else [collapse(item) for item in value]
            plain[column] = [item for item in items if item]
        elif column == "year":
            plain[column] = "" if value is None or str(value) in {"<NA>", "nan"} else str(int(value))
        elif column != "retracted":
            plain[column] = collapse(value)
    plain["retracted"] = bool(row.get("retracted"))
    return plain


def _ris(rows: Sequence[dict[str, Any]]) -> str:
    parts = []
    for row in rows:
        first, last = _first_and_last(row["pages"])
        lines = [("TY", "JOUR"), ("DP", "prismake"), ("ID", row[RECORD_ID]), ("TI", row["title"])]
        lines += [("AU", name) for name in row["authors"]]
        lines += [("PY", row["year"]), ("T2", row["journal"]), ("VL", row["volume"]), ("IS", row["issue"])]
        lines += [("SP", first), ("EP", last), ("DO", row["doi"]), ("AB", row["abstract"]), ("LA", row["language"])]
        # Not M3 (type of work): Zotero reads it as the DOI of an article without one.
        lines += [("C5", kind) for kind in row["publication_types"]] + [("KW", word) for word in row["keywords"]]
        lines += [("UR", row["url"]), ("DB", row["database"]), ("AN", row["accession"])]
        lines += [("C1", row["pmid"] and f"PMID: {row['pmid']}"), ("C2", row["pmcid"])]
        lines += [("C3", number) for number in row["trial_ids"]] + [("C4", link) for link in row["related_reports"]]
        lines += [("C6", "retracted" if row["retracted"] else "")]
        parts.append("".join(f"{tag}  - {value}\n" for tag, value in lines if value) + "ER  - \n")
    return "\n".join(parts)


def _first_and_last(pages: str) -> tuple[str, str]:
    """``101-109`` split in two; anything that would not rejoin to the same text is left unsplit."""
    match = re.fullmatch(r"([^\s\-\u2010]+)-([^\s\-]+)", pages)
    return (match.group(1), match.group(2)) if match and match.group(1) != match.group(2) else (pages, "")


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    """Items of a list are joined by ``; ``; a semicolon within an item becomes a comma, as it would split the item."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = []
        for column in COLUMNS:
            value = row[column]
            if column in LIST_COLUMNS:
                value = "; ".join(item.replace(";", ",") for item in value)
            elif column == "retracted":
                value = "yes" if value else ""
            cells.append(as_text(value))
        writer.writerow(cells)
    return out.getvalue()


_LATEX = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_"}
_LATEX |= {"~": r"\textasciitilde{}"}


def _latex(value: str) -> str:
    value = "".join(_LATEX.get(letter, letter) for letter in value)
    # Two of these in a row would be read as a different character.
    return re.sub(r"([-`'])(?=\1)", r"\1{}", value)


def _bibtex(rows: Sequence[dict[str, Any]]) -> str:
    parts = []
    for row in rows:
        fields = {
            "title": row["title"],
            "author": " and ".join(_author(name) for name in row["authors"]),
            "year": row["year"],
            "journal": row["journal"],
            "volume": row["volume"],
            "number": row["issue"],
            "pages": row["pages"],
            "doi": row["doi"],
            "pmid": row["pmid"],
            "pmcid": row["pmcid"],
            "abstract": row["abstract"],
            "language": row["language"],
            "type": "; ".join(kind.replace(";", ",") for kind in row["publication_types"]),
            # A keyword containing a comma would be read as two; the semicolon marks its end.
            "keywords": "".join(word.replace(";", ",") + "; " for word in row["keywords"]).strip(),
            "trial_registration": "; ".join(row["trial_ids"]),
            "url": row["url"],
            "database": row["database"],
            "accession": row["accession"],
        }
        key = re.sub(r"[^\w:.-]", "_", row[RECORD_ID]) or "record"
        lines = [f"  {name} = {{{_latex(value)}}}" for name, value in fields.items() if value]
        parts.append(f"@article{{{key},\n" + ",\n".join(lines) + "\n}\n")
    return "\n".join(parts)


def _author(name: str) -> str:
    """A name with `` and `` inside is a group; braces keep BibTeX from reading it as two people."""
    return f"{name}" if " and " not in name else name.replace(" and ", " & ")


_TAG_OF_LINK = {kind: tag for tag, kind in LINKS.items()}


def _nbib(rows: Sequence[dict[str, Any]]) -> str:
    parts = []
    for row in rows:
        doi = row["doi"] and f"{row['doi']} [doi]"
        lines = [("OWN", "NLM" if row["pmid"] else "prismake"), ("TI", row["title"]), ("PG", row["pages"])]
        lines += [("LID", doi), ("AID", doi), ("AB", row["abstract"])]  # Zotero reads the DOI from AID only
        lines += [line for name in row["authors"] for line in (("FAU", name), ("AU", name))]
        lines += [("LA", row["language"])] + [("SI", number) for number in row["trial_ids"]]
        lines += [("PT", kind) for kind in row["publication_types"]] + [("DP", row["year"]), ("JT", row["journal"])]
        lines += [("VI", row["volume"]), ("IP", row["issue"])] + [("OT", word) for word in row["keywords"]]
        lines += [("PMC", row["pmcid"]), ("DB", row["database"]), ("OID", "" if row["pmid"] else row["accession"])]
        for link in row["related_reports"]:
            kind, _, rest = link.partition(": ")
            lines.append((_TAG_OF_LINK.get(kind, ""), rest.replace("PMID ", "PMID: ")))
        # A record begins with the PMID line even if there is no PMID: other programs recognise the format by it.
        parts.append(f"PMID- {row['pmid']}\n" + "".join(f"{tag:4}- {value}\n" for tag, value in lines if tag and value))
    return "\n".join(parts)
