"""Author names: split a value of an export, with one name or a whole list, into names as written.

The separator follows from what can occur within a name. A semicolon, a bar and a line break cannot. A comma can
(``Quint, Anna``), so a value is split at commas only if its parts are recognisable as separate names: surnames with
initials (``Quint AB, Roe C``), initials with surnames (``A Quint, C Roe``), pairs (``Quint, A., Roe, C.``), or more
than two commas. Names of groups keep their commas and their *and*.
"""

from __future__ import annotations

import ast
import html
import re

from prismake.core.records import collapse

_CAPITAL = r"[^\W\d_a-z\u00df-\u00ff]"
_INITIALS = rf"(?:{_CAPITAL}|{_CAPITAL}[a-z]{{1,2}}(?=\.))\.?(?:[ \-\u2010]?{_CAPITAL}\.?){{0,3}}"
_SURNAME = r"[^\W\d_][\w'\u2019\u2010\-]+\.?(?: [^\W\d_][\w'\u2019\u2010\-]+){0,3}"
_PLAIN_NAME = re.compile(r"[A-Z][A-Za-z'\-]+, (?:[A-Z]\.?[ \-]?){1,3}(?<![ \-])")
"""``Quint, A.B.``: most names, of which nothing has to be found out."""
_ONLY_INITIALS = re.compile(_INITIALS)
_NAME_INITIALS = re.compile(rf"{_SURNAME} {_INITIALS}(?: (?:Jr|Sr|II|III|IV|2nd|3rd)\.?)?")
_INITIALS_NAME = re.compile(rf"(?:{_INITIALS} |(?:{_CAPITAL}\.[ \-]?){{1,4}}){_SURNAME}")
_GIVEN = re.compile(rf"\S+(?: {_INITIALS})?")
_RUN_TOGETHER = re.compile(rf"(?:{_SURNAME} (?:{_CAPITAL}\.?-?){{1,3}}\.\s*){{2,200}}")
"""``Liu L.Moody J. Gall A.``: only the full stops after initials separate the names."""
_SUFFIX = re.compile(r"(?i:jr|sr|ii|iii|iv|2nd|3rd|md|m\.d|phd|ph\.d|msc|mph|rn|dphil|esq|frcp|dds|pharmd)\.?")
_PARTICLES = frozenset("van von der den de del della di da dos du la le ten ter zu el al bin ibn st st. mc mac".split())
_ETAL = re.compile(
    r"(?:[,;]\s*|\s+|^)(?:and\s+)?(?:et\.?\s*al(?:ii|ia)?\b\.?|and others|\.\.\.|\u2026)\s*[,.;]*\s*$", re.IGNORECASE
)
_CUT_OFF = re.compile(r"al|others|\.\.\.|\u2026")
_NOBODY = re.compile(
    r"\[?\(?\s*(?:anonymous|anon\.?|(?:no|unknown) (?:authors?|authorship)(?: names?)?,?"
    r"(?: (?:is |are )?(?:listed|available|indicated|given|stated))?"
    r"|authors? (?:not (?:listed|available|given|stated)|unknown)|not available|n/?a|none|unknown|nan|null|-+)"
    r"\s*\)?\]?[.,]?",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"\b(?:groups?|stud(?:y|ies)|trials?|consorti\w+|networks?|committees?|societ\w+|associations?|investigators?"
    r"|collaborat\w+|cent(?:er|re)s?|organi[sz]ations?|ministr\w+|departments?|universit\w+|foundations?|institut\w+"
    r"|hospitals?|clinics?|administrations?|agenc\w+|programmes?|programs?|councils?|teams?|task force|panels?|units?"
    r"|registr\w+|alliances?|federations?|colleges?|schools?|boards?|offices?|commissions?|academ\w+|laborator\w+"
    r"|facult\w+|divisions?|branch|service|company|corporation|inc|ltd|gmbh|pharma\w*|initiative|project|cooperative"
    r"|working|gruppe|grupo|groupe|sociedad|gesellschaft|workers|prevention|research)\b",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"<sup>[^<>]{0,40}</sup>|</?[a-z]{1,6}>|\s*\(\d[\d-]{6,18}[\dX]\)", re.IGNORECASE)
"""What stands beside a name and is no part of it: footnotes, mark-up, the number of a person (ORCID, Scopus)."""
_FULL_WIDTH = str.maketrans("\uff1b\uff0c\u3001", ";;;")
"""Separators of Chinese and Japanese lists, which cannot occur within a name."""
_OF_GROUPS = re.compile(r"(?:^|\s)(?:of|for|the|against|on behalf)\s", re.IGNORECASE)
_AND = re.compile(r",?\s+(?:and|&)\s+")


def names(value: str) -> list[str]:
    """The authors of one value of an export, as written.

    ``[Anonymous]`` and the like are not authors, and ``et al.`` is not a name (see ``is_cut_off``).
    """
    if _PLAIN_NAME.fullmatch(value):
        return [value]
    if "&" in value and ";" in value:
        value = html.unescape(value)
    if "<" in value or "(" in value:
        value = _BESIDE.sub("", value)
    if not value.isascii():
        value = value.translate(_FULL_WIDTH)
    if ";" in value or "|" in value or "\n" in value or value[:1] == "[" or value[:2] == "c(":
        return [name for part in _marked_parts(value) for name in names(part)]
    name = collapse(value)
    if "," not in name and " " not in name and len(name) > 6:
        return [] if _NOBODY.fullmatch(name) else [name]
    return _of_line(name)


def put_together(values: list[str]) -> list[str]:
    """The values of a tag, joined into one if a tool wrote a list letter by letter on separate lines."""
    if len(values[0]) > 1 or any(len(value) > 1 for value in values):
        return values
    return [re.sub(r",(?=\w)", ", ", "".join(values))]


def is_cut_off(value: str) -> bool:
    """Whether the list of authors ends in *et al.*, that is, the export does not give all of them."""
    cut = value.rstrip(" .;,]")[-2:] in {"al", "AL"} or value.rstrip().endswith(("...", "\u2026"))
    return cut and _ETAL.search(value) is not None


def cell(value: str) -> list[str]:
    """The authors of a table cell with the whole list, in which `` and `` also separates names."""
    authors = names(value)
    if len(authors) == 1 and " and " in authors[0] and not _is_group(authors[0]):
        return [name for part in authors[0].split(" and ") for name in names(part)]
    return authors


def glued(value: str) -> list[str]:
    """Names that SpringerLink writes without anything between them: ``Anna QuintCarl McRoe``."""
    parts: list[str] = []
    for part in re.split(rf"(?<=[a-z\u00df-\u00ff)])(?={_CAPITAL})", collapse(value)):
        if parts and re.search(r"(?:^|[ -])(?:Ma?c|De|Di|Da|Du|Le|La|Van|Von|Fitz)$", parts[-1]):
            parts[-1] += part
        else:
            parts.append(part)
    return [name for part in parts for name in single(part)]


def bibtex(value: str) -> list[str]:
    """The authors in BibTeX, separated by `` and `` outside braces; text in braces is one name and keeps them."""
    text = collapse(value)
    parts = _outside_braces(text)
    if len(parts) == 1 and text[:1] == "{":
        inner = _outside_braces(text[1:-1])
        parts = inner if len(inner) > 1 and all("," in part or _person(part) for part in inner) else parts
    if len(parts) > 1:
        return [name for part in parts if (name := part.strip()) and not _nobody(name) and name != "others"]
    return [text] if "\\" in text or "{" in text else names(text)


def _outside_braces(value: str) -> list[str]:
    parts, depth, start = list[str](), 0, 0
    for match in re.finditer(r"[{}]|\sand\s", value):
        mark = match.group()
        if mark in "{}":
            depth += 1 if mark == "{" else -1
        elif depth <= 0:
            parts.append(value[start : match.start()])
            start = match.end()
    return [*parts, value[start:]]


def single(value: str) -> list[str]:
    """The single author of a value that is not a list, whatever it contains; empty if none is named."""
    name = collapse(html.unescape(value) if "&" in value else value)
    return [] if not name or _nobody(name) else [name]


def _nobody(name: str) -> bool:
    return (len(name) < 40 and _NOBODY.fullmatch(name) is not None) or not name.strip(" ,.;")


def _marked_parts(value: str) -> list[str]:
    """The parts of a list whose separator is in no name: brackets of Python, R or JSON, ``;``, ``|``, lines."""
    if re.match(r"(?:\[|c\()\s*['\"{]", value):
        try:
            # numpy writes no commas, which Python would read as one text, and R writes c(...)
            bare = value[:2] == "c(" or re.search(r"['\"]\s+['\"]", value)
            items = None if bare else ast.literal_eval(value.strip())
        except (ValueError, SyntaxError):
            items = None
        if items is None:
            items = re.findall(r"(?<!\w)'((?:[^']|'(?=\w))+)'|\"([^\"]+)\"", value)
        if isinstance(items, list) and items:
            return [_of_item(item) for item in items]
    value = value.strip()
    if value[:1] == "[" and value[-1:] == "]" and (";" in value or not _nobody(value)):
        value = value[1:-1] if value.count("[") == 1 else value
    if value[:1] == "[" and not re.search(r"[;|\n]", value):
        return [] if _nobody(value) else [value.replace("[", "(", 1).replace("]", ")", 1)]
    if ";" in value:
        return value.split(";")
    return re.split(r"\|\|?", value) if "|" in value else value.split("\n")


def _of_item(item: object) -> str:
    if isinstance(item, tuple):
        return next((text for text in item if text), "")
    if isinstance(item, dict):
        family, given = (str(item.get(key) or "") for key in ("family", "given"))
        return ", ".join(filter(None, (family, given))) or str(item.get("name") or item.get("literal") or "")
    return str(item)


def _is_group(name: str) -> bool:
    return _GROUP.search(name) is not None or _OF_GROUPS.search(name) is not None


def _of_line(name: str) -> list[str]:
    """One line whose only separators are commas and *and*."""
    if not name or _nobody(name):
        return []
    shorter = _ETAL.sub("", name).strip() if _CUT_OFF.search(name) else name
    if not shorter:
        return []
    commas = shorter.count(",")
    if commas == 0:
        if shorter.count(".") > 1 and len(shorter) < 5_000 and _RUN_TOGETHER.fullmatch(f"{shorter.rstrip('.')}."):
            return [name.strip() for name in re.split(rf"(?<={_CAPITAL}\.)\s*(?={_CAPITAL}[a-z'\u2019])", shorter)]
        return _of_ands(shorter)
    if commas == 1 and " " not in shorter.partition(",")[0]:
        return _of_ands(shorter) if " and " in shorter or "&" in shorter else [shorter]
    if _is_group(shorter):
        return _of_groups(shorter)
    pieces = (piece.strip() for text in shorter.split(",") for piece in _AND.split(f" {text} "))
    return _of_parts(_with_suffixes([piece for piece in pieces if piece]), shorter)


def _of_ands(name: str) -> list[str]:
    """``Quint A and Roe C``: two names if both look like people, one if they look like a group."""
    parts = _AND.split(name)
    if len(parts) == 1 or _is_group(name):
        return [name]
    alike = all(_person(part) for part in parts)
    return parts if alike else [name]


def _person(part: str) -> bool:
    return bool(
        _NAME_INITIALS.fullmatch(part)
        or _INITIALS_NAME.fullmatch(part)
        or re.fullmatch(rf"{_SURNAME}, ?\S.*", part)
        or re.fullmatch(r"[A-Z][\w'\u2019.-]+(?: [A-Z][\w'\u2019.-]*){1,3}", part)
    )


def _of_groups(name: str) -> list[str]:
    """A line that contains a group name: the whole line, or the group last after people with initials."""
    head, mark, last = name.rpartition(",")
    people = [part.strip() for part in head.split(",")]
    certain = all(_NAME_INITIALS.fullmatch(part) or _INITIALS_NAME.fullmatch(part) for part in people)
    if not (mark and people and certain):
        return [name]
    ending = re.sub(r"^(?:and|&)\s+", "", last.strip())
    first, separator, rest = ending.partition(" and ")
    if separator and _NAME_INITIALS.fullmatch(first):
        return [*people, first, rest]
    return [*people, ending]


def _with_suffixes(parts: list[str]) -> list[str]:
    """``Quint, A., Jr.`` is one name: titles and degrees are joined to the part before them."""
    joined: list[str] = []
    for part in parts:
        if joined and _SUFFIX.fullmatch(part):
            joined[-1] += f", {part}"
        else:
            joined.append(part)
    return joined


def _of_parts(parts: list[str], text: str) -> list[str]:
    count = len(parts)
    if count <= 1:
        return [text.rstrip(" ,")] if count else []
    bare = [part.partition(",")[0] for part in parts]
    if all(_NAME_INITIALS.fullmatch(part) for part in bare) or all(_INITIALS_NAME.fullmatch(part) for part in bare):
        return parts
    odd_are_given = all(_ONLY_INITIALS.fullmatch(part) for part in bare[1::2])
    if count % 2 == 0 and odd_are_given and not any(_NAME_INITIALS.fullmatch(part) for part in bare[::2]):
        return [text] if count == 2 and parts == bare else _pairs(parts)
    if count == 2:
        return [text]
    if count % 2 == 0 and all(map(_surname, bare[::2])) and all(map(_GIVEN.fullmatch, bare[1::2])):
        return _pairs(parts)
    if count == 3 and not all(" " in part for part in bare):
        return [text]
    return parts


def _pairs(parts: list[str]) -> list[str]:
    return [f"{last}, {given}" for last, given in zip(parts[::2], parts[1::2], strict=True)]


def _surname(part: str) -> bool:
    *before, _ = part.split(" ")
    return all(word.lower() in _PARTICLES for word in before)
