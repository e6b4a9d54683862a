"""Pages, volumes, issues, identifiers and names as they occur in real exports, normalised."""

from __future__ import annotations

import html
import re
from typing import Any, NamedTuple

from prismake.dedup.text import plain, single_blanks

_MONTHS = {m: k for k, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_DAY_MONTH = re.compile(r"^0*(\d{1,4})[-/ ]([a-z]{3})[a-z]*\.?$")
_MONTH_DAY = re.compile(r"^([a-z]{3})[a-z]*\.?[-/ ]0*(\d{1,4})$")
_ISO_DATE = re.compile(r"^(?:19|20)\d\d-0*(\d{1,2})-0*(\d{1,2})(?: 00:00:00)?$")
_DASHES = re.compile(r"\s*(?:[-–—‐‑−/]+|\bto\b)\s*")
_PAGE = re.compile(r"^([a-z.]{0,6}?)[. ]*0*(\d+)([a-z]{0,3})$")
_FILLER = re.compile(r"^(?:no pagination|no page numbers?|var\.? ?pagings?|unknown|n\.?a\.?|none|null|nan|-+|\?+)$")
_ROMAN = re.compile(r"^(?=[ivxlc])(c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})$")


def undate(text: str) -> str:
    """``9-11`` for ``11-Sep``: a range that a spreadsheet turned into a date, the smaller number first."""
    low = text.strip().lower()
    if not low or not (low[-1].isalpha() or low[0].isalpha() or "-" in low):
        return text
    if (m := _DAY_MONTH.match(low)) and m[2] in _MONTHS:
        numbers = sorted((int(m[1]), _MONTHS[m[2]]))
    elif (m := _MONTH_DAY.match(low)) and m[1] in _MONTHS:
        numbers = [_MONTHS[m[1]], int(m[2])]
    elif m := _ISO_DATE.match(low):
        numbers = [int(m[1]), int(m[2])]
    else:
        return text
    return f"{numbers[0]}-{numbers[1]}"


def roman(text: str) -> int:
    """The value of a Roman numeral up to 399, 0 for anything else."""
    if not text or not _ROMAN.match(text):
        return 0
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[c] for c in text]
    return sum(-v if k + 1 < len(values) and v < values[k + 1] else v for k, v in enumerate(values))


def _page(text: str) -> tuple[str, str]:
    """Prefix and number of one page: ``("s", "35")`` for ``S35``, ``("", "12")`` for ``p. 012``."""
    text = text.strip(" .,;:()[]")
    m = _PAGE.match(text)
    if not m:
        number = roman(text)
        return ("r", str(number)) if number else ("", "")
    prefix = m[1].replace(".", "")
    return ("" if prefix in ("p", "pp", "pg", "page", "pages") else prefix), m[2] + m[3]


# Numbered supplements precede the page: "II-221-5" is II221 to II225, "S4-76-S4-101" is S76 to S101.
_ROMAN_IN_FRONT = re.compile(r"(?<![\w-])([ivx]{1,5})-(?=\d)")
_PART_IN_FRONT = re.compile(r"^([a-z]{1,2})\d{1,2}-(\d+)-(?:\1\d{1,2}-)?(\d+)$")
_NO_PLACE = re.compile(r"^\[?\d+\]?\s*(?:p|pp|pages)\.?$|^\D*\d{8}")  # a count of pages, a date
_TWICE_NAMED = re.compile(r"^(\d+) (\d+)-\1 (\d+)$")
_CODE_NOISE = re.compile(r"no\.|number|[^0-9a-z.]")
_NUMBERED = re.compile(r"^(?:abstracts?|abs|poster)[a-z. #:-]*(?=\d)")
_END_OF_RANGE = re.compile(r"^(?:suppl?|t)\W*\d+$")  # "Suppl-29" is the remainder of S417-S429


def _code(text: str) -> str:
    """The number of a poster or abstract, which is not a page but still a place: ``P1.234``, ``OR-12``."""
    code = "" if _END_OF_RANGE.match(text) else _CODE_NOISE.sub("", text).strip(".")
    return code[:20] if any(c.isdigit() for c in code) else ""


_SECOND_PAGE = re.compile(r"^\d+-\d+[,;]? (\d+)$")


class Pages(NamedTuple):
    first: str
    last: str
    other: str = ""  # an alternative first page: the range became a date, or a second page is listed ("278-86, 224")
    lone: bool = False  # a single number: a page, a first page without a last one, or an article number


def pages(text: str) -> Pages:
    """First and last page in full: ``389-95`` is 389 to 395, ``S35-41`` is s35 to s41, ``11-Sep`` is 9 to 11.

    A single page (or an article number, or the number of a poster as it stands) is both first and last; filler words
    give empty strings.
    """
    full = undate(single_blanks(text)).lower()
    low = full
    if not low or _FILLER.match(low) or low[:3] in _MONTHS or _NO_PLACE.match(low):
        return Pages("", "")
    low = _PART_IN_FRONT.sub(r"\1\2-\1\3", _TWICE_NAMED.sub(r"\2-\3", low))
    low = _ROMAN_IN_FRONT.sub(r"\1.", low)
    low = re.split(r"[,;&+]|\bquiz\b|\bdiscussion\b|\bfollowing\b|\band\b", low, maxsplit=1)[0]
    low = re.sub(
        r"^(?:pages?|pp?|pg|article(?: no\.?| number)?|art\.? ?no\.?|artn|unsp)[. :]+|^unit[. ]*(?=\d)", "", low.strip()
    )
    parts = [re.split(r"\s+(?:table|\()|(?<=\d)\s", part, maxsplit=1)[0] for part in _DASHES.split(low, maxsplit=1)]
    prefix, first = _page(parts[0])
    if not first:
        code = _code(_NUMBERED.sub("abs", low))
        return Pages(code, code, code.removeprefix("abs") if code.startswith("abs") else "", lone=bool(code))
    last = first
    if len(parts) == 2:
        last = _page(parts[1])[1] or first
        if last.isdigit() and first.isdigit() and int(last) < int(first) and len(last) <= len(first):
            last = first[: len(first) - len(last)] + last
    # 11-Sep was 9-11, or else 11-9 (that is 11-19): the date does not show which.
    other = last if full != text.strip().lower() else ""
    if not other and (second := _SECOND_PAGE.search(full)):
        other = second[1]
    return Pages(prefix + first, prefix + last, other, lone=len(parts) == 1)


_NUMBER = re.compile(r"\d+")
_ISSUE_IN_VOLUME = re.compile(r"^\s*([^()]*?)\s*\(([^()]*)\)\s*$")


def volume_issue(volume: str, issue: str, other_issue: str = "") -> tuple[str, str]:
    """The volume's number and the issue's numbers (joined by blanks); ``s`` stands for a supplement.

    ``24 (1)`` in the volume is volume 24, issue 1; ``04-Jun`` in the issue is 4-6; ``XII`` is 12. ``other_issue`` is
    the issue as given elsewhere in the record: if the two differ, either is possible.
    """
    low = undate(single_blanks(volume)).lower()
    if m := _ISSUE_IN_VOLUME.match(low):
        low, issue = m[1], issue or m[2]
    # MEDLINE writes the supplement of a volume behind it: "8 Suppl 1".
    if "sup" in low:
        low, _, part = low.partition("sup")
        issue = f"{issue} sup{part}"
    number, other = issue_form(issue), issue_form(other_issue)
    if number and other and not set(number.split()) & set(other.split()):
        number = f"{number} {other}"
    return _first_number(low), number or other


def _first_number(low: str) -> str:
    numbers = _NUMBER.findall(low)
    if numbers:
        return numbers[0].lstrip("0")
    word = low.rsplit(" ", maxsplit=1)[-1] if low else ""
    return str(roman(word) or "")


def issue_form(text: str) -> str:
    """Numbers of the issue and ``s`` for a supplement: ``5 Suppl A`` is ``5 s``, ``1-2`` is ``1 2``."""
    low = undate(text).strip().lower()
    if not low:
        return ""
    low = re.split(r"\b(?:pt|part)\b", low)[0] or low
    parts = [n.lstrip("0") for n in _NUMBER.findall(low)]
    if "sup" in low or re.match(r"^s\d", low):
        parts.append("s")
    return " ".join(f for f in parts if f)


_PLACE_IN_JOURNAL = re.compile(r"\(\s*(?:pp?\.?\s*(?P<pages>[^()]*)|no pagination|var\.? ?pagings?)\)", re.I)
_VOLUME_AT_END = re.compile(
    r"[.,;\s]\s*(?P<volume>\d{1,4})?\s*"
    r"(?P<issue>\((?:[^()]|\([^()]*\))*\)|(?i:suppl?|spec)[a-z]*\b[-?.\s]*(?i:no|issue|iss)?[.\s]*\d*|[A-Z]{3,9}\b)?"
    r"\s*(?:\(\s*\))?\s*$",
    re.S,
)
_CONFERENCE = re.compile(r"[.\s]\s*Conference:(?P<meeting>.*)$", re.S)
_ARTICLE_NUMBER = re.compile(r"Article Number:\s*(?:Article\s*)?(\w+)", re.I)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def split_journal(text: str) -> dict[str, str]:
    """``name`` and, if a citation is appended to it, ``volume``, ``issue``, ``pages`` and ``year``.

    ``Brain Research.1605 (1) ()(pp 70-75) 2015.Date of Publication: 2015.`` is Brain Research, 1605 (1), 70-75.
    """
    text = single_blanks(text)
    place = _PLACE_IN_JOURNAL.search(text) if "(" in text else None
    while place and not place["pages"] and (later := _PLACE_IN_JOURNAL.search(text, place.end())):
        place = later
    meeting = _CONFERENCE.search(text)
    meeting_name = re.split(r"\.\s*Conference\b|\(", meeting["meeting"], maxsplit=1)[0] if meeting else ""
    if not place:
        return {"name": _CONFERENCE.sub("", text), "meeting": meeting_name}
    head, tail = text[: place.start()], text[place.end() :]
    at_end = _VOLUME_AT_END.search(head)
    name = head[: at_end.start()] if at_end else head
    number, year = _ARTICLE_NUMBER.search(tail), _YEAR.search(tail)
    return {
        "name": _CONFERENCE.sub("", name),
        "meeting": meeting_name,
        "volume": (at_end["volume"] or "") if at_end else "",
        "issue": (at_end["issue"] or "").strip("() ") if at_end else "",
        "pages": place["pages"] or (number[1] if number else ""),
        "year": year[0] if year else "",
    }


_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>|]+", re.I)
_DOI_TAIL = re.compile(r"(?:\[doi\]|\[pii\]|;.*|&.*|\?.*|/(?:abstract|full|pdf|epdf|meta)$)", re.I)
_PII = re.compile(r"\bs?(\d{4})-?(\d{3}[\dx])\((\d\d)\)(\d{5})-?([\dx])", re.I)
_PMID_URL = re.compile(r"(?:pubmed/|pubmed\.ncbi\.nlm\.nih\.gov/|list_uids=)0*(\d{3,9})\b", re.I)


def dois(text: str) -> tuple[str, ...]:
    """All DOIs in a text, lower case, without prefix and suffix, in order of appearance, each once."""
    if "10." not in text:
        return ()
    text = html.unescape(text).replace("%28", "(").replace("%29", ")").replace("%2F", "/").replace("%2f", "/")
    unique: dict[str, None] = {}
    for match in _DOI.finditer(text):
        doi = _DOI_TAIL.sub("", match[0].lower()).rstrip(".,;:'>]")
        while doi.endswith(")") and doi.count(")") > doi.count("("):
            doi = doi[:-1]
        if not doi.startswith("10.1002/central/") and len(doi) > 9:
            unique.setdefault(doi, None)
    return tuple(unique)


def pii(text: str) -> str:
    """A publisher item identifier without punctuation (``0304416588900104``), or the empty string."""
    m = _PII.search(text)
    return "".join(m.groups()).lower() if m else ""


def pmid_in_url(text: str) -> str:
    """The PMID in the address of a PubMed page, or the empty string."""
    m = _PMID_URL.search(text)
    return m[1] if m else ""


_GLUE = re.compile(
    r"(?<=\.)(?=(?:(?:de|van|von|der|den|la|le|di|du|da|del|el|al|ter|ten)\b\s?)*[^\W\d_a-z]['’\w][^\W\d_]*)"
)
GLUED_NAME = re.compile(r"(?<=[a-zß-ÿ])(?=(?:[A-ZÀ-Þ]\.)+$|[A-ZÀ-Þ]\.)")
_INITIALS = re.compile(r"^(?:[^\W\d_a-z]\.?[- ]?){1,4}$")
_PARTICLES = frozenset("van von de der den la le di du da del della dos el al ter ten zu jr sr ii iii".split())
# Placeholders for missing authors: "et al.", "[Anonymous]", "No authorship indicated", "Author not available".
_NOBODY = re.compile(
    r"\b(?:et\s+al\b\.?|(?:and\s+)?others\b|anonym(?:ous|us|e|a|o)?\b|anon\b\.?|unknown(?:\s+authors?)?\b|not\s+available\b|"
    r"(?:no|without)\s+author(?:s|ship)?(?:\s+names?)?(?:\s+(?:are|is|was|were))?"
    r"(?:\s+(?:listed|given|indicated|stated|named|available|specified|provided|identified))?\b|"
    r"(?:the\s+)?author(?:s|ship)?(?:\s+names?)?(?:\s+(?:are|is|was|were))?\s+(?:not|un)\s*"
    r"(?:listed|given|indicated|stated|named|available|specified|provided|identified|known)\b|"
    r"s\.\s*n\.(?!\w)|sine\s+nomine\b)",
    re.I,
)
_PERHAPS_NOBODY = ("et al", "other", "non", "nknown", "author", "vailable", "s.n", "s. n", "sine")


def split_authors(value: Any) -> list[str]:
    """Single names from a list, from ``A and B`` or ``A; B``, or from names run together by a spreadsheet."""
    if value is None or value != value:  # noqa: PLR0124  NaN
        return []
    if not isinstance(value, str):
        names = [str(v) for v in value]
        return split_authors(names[0]) if len(names) == 1 else names
    text = value.strip()
    if not text:
        return []
    if " and " in text:
        return text.split(" and ")
    if ";" in text:
        return text.split(";")
    if "," in text and (parts := _comma_list(text)):
        return parts
    if "." in text and len(text) > 12:
        parts = [p for p in _GLUE.split(text) if p.strip(" .")]
        if len(parts) > 1:
            return parts
    return [text]


_FAMILY_AND_INITIALS = re.compile(r"[^,.]{2,40} (?:[^\W\d_a-z]\.?[- ]?){1,4}")
_FAMILY_COMMA_INITIALS = re.compile(r"[^,.]{2,40}, (?:[^\W\d_a-z]\.[- ]?){1,4}")


def _comma_list(text: str) -> list[str]:
    """The names of ``Liu L, Moody J, Gall A`` and of ``Liu, L., Moody, J.``; an empty list for any other text."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1 and all(_FAMILY_AND_INITIALS.fullmatch(part) for part in parts):
        return parts
    parts = [part.strip(" ,") for part in re.split(r"(?<=\.),\s", text)]
    return parts if len(parts) > 1 and all(_FAMILY_COMMA_INITIALS.fullmatch(part) for part in parts) else []


def surname(name: str) -> str:
    """The family name as one plain word: ``Schultz J. E.``, ``Schultz, J`` and ``SchultzJ.E.`` give ``schultz``."""
    low = name.lower()
    if any(word in low for word in _PERHAPS_NOBODY):
        name = _NOBODY.sub(" ", name)
    name = name.strip(" ,;[]()")
    if not name.strip("."):
        return ""
    if "," in name:
        parts = [p.strip() for p in name.split(",")]
        family = next((p for p in parts if p and not _INITIALS.match(p)), parts[0])
    else:
        words = (GLUED_NAME.sub(" ", name, count=1).replace(". ", ".") if "." in name else name).split()
        long = [w for w in words if not (_INITIALS.match(w) and (len(w) <= 3 or "." in w))]
        if not long:
            long = words
        # Initials after the name: all long words are the family name. Initials first or none: the last word is.
        family = " ".join(long) if words[-1] is not long[-1] else long[-1]
    words = plain(family).split()
    significant = [w for w in words if w not in _PARTICLES] or words
    return "".join(significant)


def pmid(text: str, url: str = "") -> str:
    """The PMID of its own field, else of a PubMed address, else the empty string."""
    digits = re.fullmatch(r"\s*(?:pmid:?|pubmed)?\s*0*([1-9]\d{0,8})(?:\.0)?\s*", text, re.I) if text else None
    return digits[1] if digits else pmid_in_url(url) if url else ""
