"""References in Vancouver style, after the examples of the ICMJE (NLM's Citing Medicine)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_MOST_AUTHORS = 6
_PAGES = re.compile(r"([A-Za-z]*)(\d+)\s*[-–‐]\s*([A-Za-z]*)(\d+)")


def reference(report: Mapping[str, Any]) -> str:
    """``Maude SL, Laetsch TW, … et al. Title. Journal. 2018;378(5):439-48. doi:10…``: the known parts, in this order.

    Args:
        report: a row of ``duplicates/reports.parquet``.
    """
    parts = [
        authors(list(report["authors"]) if report.get("authors") is not None else []),
        _stopped(str(report.get("title") or "")),
        _stopped(str(report.get("journal") or "")),
        _place(report),
        f"doi:{report['doi']}" if report.get("doi") else f"PMID: {report['pmid']}" if report.get("pmid") else "",
    ]
    return " ".join(part for part in parts if part)


def authors(names: Sequence[str]) -> str:
    """Up to six authors, then “et al.”; "" if none is known."""
    shown = [vancouver_name(str(name)) for name in names if str(name).strip(" ,")]
    if not shown:
        return ""
    return f"{', '.join(shown[:_MOST_AUTHORS])}{', et al' if len(shown) > _MOST_AUTHORS else ''}."


def vancouver_name(name: str) -> str:
    """``Maude SL`` for “Maude, Shannon L.”, “Maude, S. L.” and “Maude S L”; a name without a comma stays as it is.

    The suffix of “Smith, John, Jr.” follows the initials; capitals after the comma are already initials.
    """
    family, comma, given = (part.strip() for part in " ".join(name.split()).partition(","))
    if not comma or not given:
        words = family.split()
        while len(words) > 2 and re.fullmatch(r"[A-Z]\.?", words[-1]) and re.fullmatch(r"[A-Z]\.?", words[-2]):
            words[-2:] = [f"{words[-2].rstrip('.')}{words[-1].rstrip('.')}"]  # “Maude S L”
        return " ".join(words)
    given, _, suffix = (part.strip(" .") for part in given.partition(","))
    if re.fullmatch(r"[A-Z]{1,4}", given):
        initials = given
    else:
        initials = "".join(word[0].upper() for word in re.split(r"[\s.\-‐]+", given) if word[:1].isalpha())
    return " ".join(part for part in (family, initials, suffix) if part)


def _place(report: Mapping[str, Any]) -> str:
    """``2018;378(5):439-48.``"""
    year = report.get("year")
    text = "" if year is None or str(year) in ("<NA>", "nan") else str(int(year))
    volume, issue, pages = (str(report.get(name) or "") for name in ("volume", "issue", "pages"))
    if volume or issue:
        text += f";{volume}" + (f"({issue})" if issue else "")
    if pages:
        text += f":{short_pages(pages)}"
    return f"{text.lstrip(';:')}." if text else ""


def short_pages(pages: str) -> str:
    """``439-48`` for 439-448, as NLM writes it; anything that is not a range of numbers stays as it is."""
    match = _PAGES.fullmatch(pages.strip())
    if not match or match[3] not in ("", match[1]):
        return pages
    first, last = match[2], match[4]
    if len(first) == len(last) and first != last:
        same = next(index for index, (a, b) in enumerate(zip(first, last, strict=True)) if a != b)
        last = last[same:]
    return f"{match[1]}{first}-{last}"


def _stopped(text: str) -> str:
    text = text.strip().rstrip(".").rstrip()
    return f"{text}{'' if text.endswith(('?', '!')) else '.'}" if text else ""
