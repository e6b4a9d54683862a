"""A strategy in PubMed's syntax for Ovid MEDLINE, Embase.com and Web of Science, with notes on what could not be
translated.

The text is a first draft for the searcher, who must choose the headings of the other thesaurus and the limits of the
other platform. Every change of meaning is noted, and nothing is left out silently.

Sources of the syntax: the Ovid database guides (ospguides.ovid.com, medline.htm) and MEDLINE Transpose
(medlinetranspose.github.io, documentation) for Ovid; "Can I use Boolean operators, wildcards and proximity operators in
Embase?" (elsevier.support/embase: NEAR/1 means next to each other, as Ovid's adj1, whereas PubMed and Web of Science
count the words between) and, for the fields of Embase.com (``'heading'/exp/mj``, ``'Journal'/jt``, ``:ff`` for
affiliations, ``:la``, ``:kw``, ``:au``), the tables of Polyglot, which librarians keep (github.com/IEBH/sra-polyglot,
src/data/fieldCodesObject.js, "Embase (Elsevier)", and src/modules/engines/embase.js; Clark JM, et al. J Med Libr Assoc
2020;108:195-207); "Search Rules" and "Search Operators" (webofscience.help.clarivate.com) for Web of Science.

The library search-query 0.15.0 was tried on ten strategies: none is written for Ovid or Embase.com (not implemented);
three are written for Web of Science, one of them with the distance of ``[tiab:~3]`` lost and one with 2015:2020 turned
into 2015, and seven end in an error (``[mesh]``, ``[majr]``, ``[ta]``, ``[pt]``, ``[ot]``, ``[nm]``). Polyglot
(``@iebh/polyglot``) is written in JavaScript.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from prismake.search.strategy import Node, Term, parse

PLATFORMS = {"ovid": "Ovid MEDLINE", "embase": "Embase.com", "wos": "Web of Science"}
_RESERVED = {"and", "or", "not", "adj", "near", "next", "same", "use", "freq"}
_HEADINGS = {"mesh", "mesh:noexp", "majr", "majr:noexp"}
SUBHEADINGS = {
    name: code
    for code, _, name in (
        pair.partition(" ")
        for pair in """ab abnormalities|ad administration & dosage|ae adverse effects|ag agonists
aa analogs & derivatives|an analysis|ah anatomy & histology|ai antagonists & inhibitors|bi biosynthesis|bl blood
bs blood supply|cf cerebrospinal fluid|cs chemical synthesis|ci chemically induced|ch chemistry
cl classification|co complications|cn congenital|cy cytology|df deficiency|di diagnosis
dg diagnostic imaging|dh diet therapy|de drug effects|dt drug therapy|ec economics|ed education
em embryology|en enzymology|ep epidemiology|es ethics|eh ethnology|et etiology|ge genetics
gd growth & development|hi history|im immunology|in injuries|ir innervation|is instrumentation
ip isolation & purification|lj legislation & jurisprudence|me metabolism|mt methods|mi microbiology
mo mortality|nu nursing|og organization & administration|ps parasitology|py pathogenicity
pa pathology|pk pharmacokinetics|pd pharmacology|ph physiology|pp physiopathology|po poisoning
pc prevention & control|px psychology|rt radiotherapy|rh rehabilitation|sc secondary|se secretion
st standards|sn statistics & numerical data|sd supply & distribution|su surgery|tu therapeutic use
th therapy|to toxicity|tm transmission|tr transplantation|td trends|ul ultrastructure|ur urine
ve veterinary|vi virology""".replace("\n", "|").split("|")
    )
}
"""Ovid's codes of subheadings, which are NLM's (www.nlm.nih.gov/mesh/qualifiers_scopenotes.html)."""
_NO_LIMIT = "the limit {what} is left out of the text: set it in {platform} after the search."


@dataclass
class Translation:
    """``text``: the strategy; ``notes``: what could not be translated or needs checking."""

    text: str = ""
    notes: list[str] = field(default_factory=list)


def translate(query: str, platform: str) -> Translation:
    """The strategy for one of ``PLATFORMS``. Raises ``SearchError`` for a query that cannot be read."""
    translation = Translation()
    write = {"ovid": _ovid, "embase": _embase, "wos": _wos}[platform]

    def note(text: str) -> None:
        text = text.replace("{platform}", PLATFORMS[platform])
        if text not in translation.notes:
            translation.notes.append(text)

    translation.text = _written(parse(query), write, note, outermost=True) or ""
    return translation


Note = Callable[[str], None]


def _written(node: Node, write: Callable[[Term, Note], str], note: Note, *, outermost: bool = False) -> str:
    """The text of a tree, "" if nothing of it can be written; all groups but the outermost get parentheses."""
    if isinstance(node, Term):
        return write(node, note)
    parts = [_written(part, write, note) for part in node.parts]
    written = [part for part in parts if part]
    if node.operator == "NOT" and not parts[0]:
        note("the first part of a NOT could not be written, so that the whole NOT is left out.")
        return ""
    if node.operator == "NOT" and len(written) < len(parts):
        note("an exclusion by NOT could not be written and is left out: what it takes away is found.")
    if node.operator == "OR" and len(written) < len(parts):
        note("a part of an OR could not be written: what it finds is missing there.")
    text = f" {node.operator} ".join(written)
    return text if outermost or len(written) < 2 else f"({text})"


def _common(term: Term, note: Note) -> bool:
    """Whether no platform can express the term: dates are limits there, and unknown fields have no counterpart."""
    if term.field == "date":
        note(_NO_LIMIT.replace("{what}", f"to dates ({term.text})"))
        return True
    tags = {
        "tiab",
        "ti",
        "ab",
        "tw",
        "mesh",
        "mesh:noexp",
        "majr",
        "majr:noexp",
        "doi",
        "pmid",
        "ot",
        "au",
        "pt",
        "la",
        "ta",
        "ad",
        "nm",
        "sh",
        "all",
    }
    if term.field not in tags:
        note(f"the field [{term.field}] of “{term.text}” has no counterpart in {{platform}} and is left out.")
        return True
    if term.field == "all" and not term.quoted:
        note(f"PubMed also maps “{term.text}” to headings by itself; {{platform}} searches its words only.")
    return False


def _words(text: str, quote: str, always: bool = False) -> str:
    needs = (
        " " in text or any(word.lower() in _RESERVED for word in text.split()) or not text.replace("*", "").isalnum()
    )
    return f"{quote}{text}{quote}" if always or needs else text


def _near(term: Term, operator: str) -> str:
    words = term.text.split()
    return "(" + f" {operator} ".join(words) + ")"


def _ovid(term: Term, note: Note) -> str:
    if _common(term, note):
        return ""
    text = term.text
    if any(word.lower() in _RESERVED for word in text.split()):
        text = f'"{text}"'
    if term.near is not None:  # PubMed counts the words between, Ovid the distance
        return f"{_near(term, f'adj{term.near + 1}')}.{'ti' if term.field == 'ti' else 'ti,ab'}."
    if term.field in _HEADINGS:
        heading, _, subheading = text.partition("/")
        code = SUBHEADINGS.get(subheading.strip().lower(), "")
        if subheading and not code:
            note(f"the subheading of “{term.text}” is not known here and is left out: it limits the heading.")
        start = {"mesh": "exp ", "mesh:noexp": "", "majr": "exp *", "majr:noexp": "*"}[term.field]
        return f"{start}{heading.strip()}/{code}"
    if term.field == "ta":
        note(f"“{term.text}” [ta]: {{platform}} asks for the full title of the journal, PubMed's may be abbreviated.")
    suffix = {
        **{"doi": "do", "pmid": "ui"},
        **{"tiab": "ti,ab", "ti": "ti", "ab": "ab", "tw": "mp", "all": "mp", "ot": "kf", "au": "au", "pt": "pt"},
        **{"la": "lg", "ta": "jn", "ad": "in", "nm": "nm", "sh": "fs"},
    }[term.field]
    return f"{text}.{suffix}."


def _embase(term: Term, note: Note) -> str:
    if _common(term, note):
        return ""
    quote = '"' if "'" in term.text else "'"
    words = _words(term.text, quote, always=" " in term.text or "-" in term.text)
    if term.near is not None:
        return f"{_near(term, f'NEAR/{term.near + 1}')}:{'ti' if term.field == 'ti' else 'ti,ab'}"
    if term.field in _HEADINGS:
        heading, _, subheading = (part.strip() for part in term.text.partition("/"))
        note(f"“{heading}” is a heading of MeSH: look up the one of Emtree that stands for it.")
        if subheading:
            note(f"the subheading of “{term.text}” is left out: Emtree has others, and it limits the heading.")
        ending = {"mesh": "exp", "mesh:noexp": "de", "majr": "exp/mj", "majr:noexp": "mj"}[term.field]
        return f"{_words(heading, quote, always=True)}/{ending}"
    if term.field in {"pt", "sh", "nm", "pmid"}:
        note(f"“{term.text}” [{term.field}] has no counterpart in Embase.com that is the same, and is left out.")
        return ""
    if term.field == "ta":
        note(f"“{term.text}” [ta]: {{platform}} asks for the full title of the journal, PubMed's may be abbreviated.")
        return f"{_words(term.text, quote, always=True)}/jt"
    suffix = {"tiab": "ti,ab", "tw": "ti,ab,kw,de", "all": "ti,ab,kw,de", "ot": "kw", "ad": "ff", "doi": "do"}
    return f"{words}:{suffix.get(term.field, term.field)}"


def _wos(term: Term, note: Note) -> str:
    if _common(term, note):
        return ""
    words = _words(term.text, '"')
    if re.search(r"(?<!\w)\w{0,2}\*", term.text):
        note(f"{{platform}} asks for three letters or more before the asterisk of “{term.text}”.")
    if term.near is not None:
        near = _near(term, f"NEAR/{term.near}")
        return f"TI={near}" if term.field == "ti" else f"(TI={near} OR AB={near})"
    if term.field in _HEADINGS or term.field == "nm":
        note(f"{{platform}} has no headings: “{term.text}” is searched as words of the topic. Add its synonyms.")
        return f"TS={_words(term.text.partition('/')[0], chr(34))}"
    if term.field in {"pt", "sh"}:
        note(f"“{term.text}” [{term.field}] has no counterpart in {{platform}} that is the same, and is left out.")
        return ""
    if term.field == "ta":
        note(f"“{term.text}” [ta]: {{platform}} asks for the full title of the journal, PubMed's may be abbreviated.")
    if term.field == "tiab":
        return f"(TI={words} OR AB={words})"
    tag = {"ti": "TI", "ab": "AB", "tw": "TS", "all": "TS", "ot": "AK", "au": "AU", "la": "LA", "ta": "SO", "ad": "AD"}
    tag |= {"doi": "DO", "pmid": "PMID"}
    return f"{tag[term.field]}={words}"
