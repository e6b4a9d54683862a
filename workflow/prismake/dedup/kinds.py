"""What sort of document a record is: correction, comment, registry entry, preprint, Cochrane review, ...

The flags decide which pairs can never be one report; they come from the title, the publication type and
the identifiers, never from the abstract.
"""

from __future__ import annotations

import re

from prismake.dedup.text import british

CORRECTION, RETRACTION, COMMENT, REPLY, REGISTRY, ABSTRACT, PREPRINT, PROTOCOL = (1 << k for k in range(8))

_CORRECTION = re.compile(
    r"^\W*(?:(?:published|author|publisher'?s?)\s+)?(?:erratum|errata|corrigend(?:um|a)|corrections?|addendum|"
    r"correction\s+(?:to|of|for)|retraction\s+note|expression\s+of\s+concern|berichtigung(?:en)?|korrektur(?:en)?|"
    r"rectificatifs?|correctifs?|fe\s+de\s+erratas?|rectificatie|r[äa]ttelse|rettelse|"
    r"(?:correcci[óo]n(?:es)?|rectificaci[óo]n|correzion[ei]|corre[çc](?:[ãa]o|[õo]es))(?=\s*:))\b",
    re.I,
)
# Behind a title: "(vol 221, pg 92, 2014)", "(Am J Hematol (2010) 85 (553-559))", "[Erratum]", ": an erratum".
_CORRECTION_BEHIND = re.compile(
    r"\(\s*vol(?:ume)?\.?\s*\d+[^()]*(?:pg|p|pp|page)\W*\s*\w+[^()]*\)\s*\W*$"
    r"|[\[(](?:\w+\s+){0,2}(?:erratum|corrigendum|correction)[\])]\W*$"
    r"|[:.]\s*(?:an?\s+)?(?:erratum|corrigendum)\W*$"
    r"|\([^()]*\(\d{4}\)\s*\d+[^()]*\([^()]*\d+[^()]*\)\s*\)\W*$",
    re.I,
)
_RETRACTION = re.compile(
    r"^\W*(?:notice\s+of\s+retraction|retraction(?:\s+(?:notice|to|of|note))?\b(?!\s+(?:force|time|rate)))", re.I
)
_COMMENT = re.compile(
    r"^\W*(?:(?:invited\s+|editorial\s+)?comment(?:s|ary)?(?:\s+(?:on|to|re)\b|\s*:)|re(?:\s*:)?\s|regarding\s*[:\"“]|"
    r"letters?\s+to\s+the\s+editors?\s*:|(?:kommentar|commentaire|comentario|comment[oi])s?\s*(?:zu[mr]?\b|:))",
    re.I,
)
_REPLY = re.compile(
    r"^\W*(?:(?:author'?s?'?|the\s+authors?)\s+)?"
    r"(?:reply|response|rejoinder|antwort|replik|r[ée]ponse|respuesta|risposta|resposta)"
    r"\s*(?:to\b|from\b|by\b|:|$|\W*$)|\breply\W*$|\bauthors?'?s?'?\s+(?:reply|response)\b",
    re.I,
)
_REPLY_WORDS = ("repl", "rejoin", "antwort", "ponse", "resp", "rispo")  # seldom: most titles need no search
_ERRATUM_NOTE = re.compile(
    r"[\[(]\s*(?:erratum|correction|corrected|published\s+erratum|retraction|comment)\b[^\]]*appears?\s+in.*$",
    re.I | re.S,
)
_REGISTRY_SOURCE = re.compile(
    r"clinicaltrials\.gov|trialsearch\.who|ictrp|isrctn|clinical\s*trials?\s*registr|chictr|anzctr", re.I
)
_PREPRINT_DOI = (
    "10.1101/",
    "10.21203/",
    "10.2139/ssrn",
    "10.20944/preprints",
    "10.31234/",
    "10.48550/",
    "10.26434/",
    "10.31219/",
    "10.22541/",
)
_PREPRINT_SOURCE = re.compile(r"\b(?:medrxiv|biorxiv|arxiv|research square|ssrn|preprints?)\b", re.I)
_CONFERENCE = re.compile(r"\.\s*conference:|meeting\s*abstract", re.I)
_PROTOCOL = re.compile(r"\bprotocol\b", re.I)
_TRIAL_NUMBER = re.compile(r"(?:NCT\d{8}|ISRCTN\d{8}|ACTRN\d{14})$", re.I)


# Titles under which journals print something in every issue or year.
_SERIAL_HEADS = (
    "editorials?", "editors? (?:s )?(?:note|comments?|introduction|choice|page)", "from the editors?",
    "introduction", "preface", "foreword", "prologue", "letters?(?: (?:to|from) the editors?)?", "reply", "response",
    "authors? (?:s )?(?:reply|response)", "comments?", "commentary", "in (?:this issue|brief|reply)", "news",
    "correspondence", "erratum", "errata", "corrigend(?:um|a)", "corrections?", "addendum", "retractions?",
    "books?(?: reviews?)?", "abstracts?", "discussion", "conclusions?", "announcements?", "obituary", "index",
    "(?:table of )?contents", "issue information", "cover", "masthead", "q a", "case reports?", "case", "summary",
    "overview", "presidents? (?:s )?(?:address|message|page)", "welcome", "contributors", "acknowledge?ments?",
    "editorial board", "journal club", "calendar", "paper alert", "untitled", "no title", "title not available",
    "depression", "review", "leitartikel", "vorwort", "einleitung", "leserbriefe?", "buchbesprechung(?:en)?", "nachruf",
    "avant propos", "lettres? a la redaction", "cartas? al editor", "prologo", "presentacion", "prefacio",
    "fe de erratas?", "errata corrige",
)  # fmt: skip
_SERIAL = re.compile(
    british(
        rf"^(?:the |an? |guest |special issue |introductory |brief )*(?:{'|'.join(_SERIAL_HEADS)})(?: \w+)?$"
        r"|\b(?:mini ?track|doctoral consortium)\b|^call for papers\b"
        r"|^(?:introduction to the |guest editorial )?special (?:issue|section)\b"
        r"|^remarks from .*\beditor|^welcome to the .*\bissue\b|^annual report\b"
    )
)


def serial(words: str) -> bool:
    """Whether a title (words as `text.british` spells them) is one that comes back: an editorial, a yearly report."""
    return bool(_SERIAL.search(words))


def without_notes(title: str) -> str:
    """The title without "[Erratum appears in ...]": that note belongs to the article, not to the erratum."""
    return _ERRATUM_NOTE.sub("", title).strip() if "[" in title or "(" in title else title


_REGISTRY_AUTHOR = re.compile(
    r"^\W*(?:nct|isrctn|actrn|chictr|ctri|drks|euctr|jprn|umin|pactr|irct|tctr|rbr|ntr|kct|jrct|lbctr)[\s\d/,-]*", re.I
)
_COCHRANE_NUMBER = re.compile(r"(?:10\.1002/14651858\.|\b)((?:cd|mr)\d{6})(?:\.pub(\d+))?", re.I)


def registry_author(name: str) -> bool:
    """Whether the author is a registration number: ``NCT02565485,`` (the Cochrane Library) or only ``Nct``."""
    m = _REGISTRY_AUTHOR.match(name)
    return m is not None and m.end() == len(name)


def cochrane(dois: tuple[str, ...], pages: str) -> tuple[str, str]:
    """Number (``cd001234``) and version of a Cochrane review, "" when it is none; the first version is ``1``."""
    for text in (*dois, pages):
        if "cd0" in (low := text.lower()) or "mr0" in low:
            m = _COCHRANE_NUMBER.search(low)
            if m:
                return m[1], (m[2] or "1") if low.startswith("10.") else ""
    return "", ""


# What a database calls the sort of a document. "Conference paper" and "proceedings paper" are articles; what is called
# an article and a conference proceeding at once may be either, and so may a note or an editorial.
_SORTS = (
    ("abstract", re.compile(r"conference abstract|meeting abstract|congress abstract|^abstracts?$|poster")),
    ("letter", re.compile(r"^(?:journal: )?letters?\b|letter to the editor")),
    ("protocol", re.compile(r"protocol")),
    ("article", re.compile(r"\barticle\b|conference paper|proceedings paper|\breview\b|meta-?analysis|"
                           r"randomi[sz]ed controlled trial|clinical trial\b(?!.*regist)|original")),
)  # fmt: skip
_UNCLEAR = re.compile(r"conference proceeding|editorial|\bnote\b|comment|erratum|preprint|conference review")


def sort_of(types: tuple[str, ...]) -> str:
    """ "abstract", "letter", "protocol" or "article" (reviews too); "" where the types say nothing or several."""
    found = set()
    for kind in types:
        for part in kind.lower().split(";"):
            if _UNCLEAR.search(part):
                return ""
            sort = next((name for name, word in _SORTS if word.search(part.strip())), "")
            found |= {sort} if sort else set()
    # An index of trials files abstracts and letters as articles, too.
    special = found - {"article"}
    return "" if len(special) > 1 else next(iter(special or found), "")


def kind_of(
    title: str, types: tuple[str, ...], journal: str, dois: tuple[str, ...], accession: str, author: str
) -> int:
    """Bit flags of one record."""
    kind = 0
    head = without_notes(title)
    low = head.lower()
    typed = " | ".join(types).lower() if types else ""
    behind = head[-160:] if head.rstrip(" .")[-1:] in (")", "]", "m", "M") else ""
    if (
        _CORRECTION.match(head)
        or (behind and _CORRECTION_BEHIND.search(behind))
        or "erratum" in typed
        or "correction" in typed
    ):
        kind |= CORRECTION
    if _RETRACTION.match(head) or "retraction of" in typed or "retraction notice" in typed:
        kind |= RETRACTION
    if _COMMENT.match(head):
        kind |= COMMENT
    if any(word in low for word in _REPLY_WORDS) and _REPLY.search(head):
        kind |= REPLY
    if (
        _REGISTRY_SOURCE.search(journal)
        or any(word in typed for word in ("trial registry", "registry entry", "clinical trial registr"))
        or _TRIAL_NUMBER.match(accession)
        or registry_author(author)
    ):
        kind |= REGISTRY
    if _CONFERENCE.search(journal) or "conference" in typed or "meeting abstract" in typed or "congress" in typed:
        kind |= ABSTRACT
    if (
        (not journal and any(d.startswith(_PREPRINT_DOI) for d in dois))
        or _PREPRINT_SOURCE.search(journal)
        or "preprint" in typed
    ):
        kind |= PREPRINT
    if "protocol" in typed or _PROTOCOL.search(head):
        kind |= PROTOCOL
    return kind
