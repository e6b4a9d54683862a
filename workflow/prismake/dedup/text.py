"""Normal forms of titles and journals for comparison.

These functions map text to text and know nothing of tables, so that each form can be tested on its own.
"""

from __future__ import annotations

import html
import re
import unicodedata

# Greek letters are spelt out by MEDLINE, kept by Embase and sometimes lost: compare them spelt out.
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "µ": "mu", "ß": "ss", "æ": "e", "œ": "e", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
}  # fmt: skip
_TRANSLATE = str.maketrans(_GREEK)
_TAG = re.compile(r"</?(?:inf|sup|sub|i|b|u|em|strong|italic|bold|scp|sc|jats:\w+|mml:\w+|span|font)\b[^<>]*>", re.I)
_ANY_TAG = re.compile(r"<[/!]?[a-zA-Z][^<>]*>")
_NOT_WORD = re.compile(r"[\W_]+")
_NOT_WORD_ASCII = re.compile(r"[^0-9a-z]+")

_LANGUAGE = (
    "afrikaans|arabic|bulgarian|catalan|chinese|croatian|czech|danish|dutch|english|finnish|french|german|greek|hebrew|"
    "hungarian|italian|japanese|korean|lithuanian|norwegian|persian|polish|portuguese|romanian|rumanian|russian|"
    "serbian|serbo-croatian|slovak|slovene|slovenian|spanish|swedish|turkish|ukrainian|ukranian"
)
_KIND = (
    "review|reviews|review article|systematic review|meta-analysis|abstract|article|editorial|letter|note|"
    "comment|commentary|see comments?|see comment in pubmed commons below|"
    "conference abstract|conference paper|short survey|proceedings paper|letter to the editor|invited review|"
    "case report|original|original article|original report|research article|author'?s transl|author's transl\\)|"
    "doi|pii|cochrane review|withdrawn|retracted|retracted article|proceedings"
)
# Additions by exports after a title: "[Review] [34 refs]", "(author's transl)", "[Russian]", "- REVIEW".
_BEHIND = re.compile(
    rf"\s*(?:[\[(]\s*(?:(?:in\s+)?(?:{_LANGUAGE})|{_KIND}|\d+\s+refs?\.?|\d+\s+references?)\s*[\])]\)?"
    rf"|\s[-–—]\s*(?:a\s+)?(?:review|reviews)|\b\d+\s+refs?)\s*\.?\s*$",
    re.I,
)
# The citation of another paper after the title of a letter: "[N Engl J Med. 2009 Jan 29;360(5):544-6]".
_CITATION_BEHIND = re.compile(r"\s*\[[^\[\]]*\b(?:19|20)\d\d\b[^\[\]]*[;:(][^\[\]]*\d[^\[\]]*\]?\s*\.?\s*$")
# The original title after the translated one: "... relevance?. [German]\nIschamische ...".
_ORIGINAL_BEHIND = re.compile(
    rf"(?<=.{{20}})(?:\s*[\[(]\s*(?:{_LANGUAGE})\s*[\])]\.?\s+|[.?]\s+(?:{_LANGUAGE})\.?[ \t]*[\r\n]+\s*)\S.*$",
    re.I | re.S,
)
# Prefixes used by journals: "CLINICAL REVIEW 138:", "SESSION 2.", "Review article:", "Cochrane review:".
_FRONT = re.compile(
    r"^\s*[\[(]?(?:clinical\s+review|session|review\s+article|invited\s+review|mini-?review|original\s+article|review|"
    r"systematic\s+review|research\s+article|cochrane\s+review|case\s+report|short\s+communication|"
    r"brief\s+report|rapid\s+communication|original\s+research|symposium|themed\s+section|series|withdrawn|retracted|"
    r"retracted\s+article|full-?length\s+article|research|clinical\s+study|clinical\s+trial|"
    r"special\s+article|proceedings|best\s+practice|invited\s+article|state\s+of\s+the\s+art)"
    r"\s*(?:no\.?\s*)?\d{0,4}\s*[\])]?\s*[:.\u2013\u2014]\s*(?=\S.{20})",
    re.I,
)
_WOS_CORRECTION = re.compile(r"[\[(]\s*(?:retraction\s+of\s+)?vol(?:ume)?\.?\s*\d+[^()\[\]]*[\])]?\s*$", re.I)


def plain(text: str) -> str:
    """Words in lower case, without accents, mark-up or punctuation, Greek letters spelt out."""
    if text.isascii() and text.isalnum():
        return text.lower()
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _ANY_TAG.sub(" ", _TAG.sub("", text))
    if "{" in text:  # Embase writes variants of Greek letters with their names
        text = text.replace("e{open}", "epsilon").replace("{lunate}", "")
    if text.isascii():
        return _NOT_WORD_ASCII.sub(" ", text.lower()).strip()
    text = unicodedata.normalize("NFKD", text.casefold().translate(_TRANSLATE)).translate(_TRANSLATE)
    text = "".join(c for c in text if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", text).strip()


def british(text: str) -> str:
    """One spelling for haemo/hemo, oedema/edema, tumour/tumor, -isation/-ization; for comparison only."""
    if "four" in text:
        text = text.replace("four", "fowr")  # that is not "for"
    return text.replace("ae", "e").replace("oe", "e").replace("our", "or").replace("is", "iz")


_MOST = 5_000
"""Characters of a title, journal or place that are compared; longer ones are no such thing."""


def single_blanks(text: str) -> str:
    """The beginning of a text, with one blank wherever it has white space.

    Over long runs of anything, the patterns for what stands at the end of a title or name take quadratic time.
    """
    text = text[:_MOST]
    return text.strip() if text.isprintable() and "  " not in text else " ".join(text.split())


def bare_title(title: str) -> str:
    """The title without a leading section and a trailing type, language or reference count."""
    title = "\n".join(filter(None, map(single_blanks, title[:_MOST].split("\n"))))
    title = title.strip().removesuffix("[...]").removesuffix("...").strip()
    if "[" in title or "(" in title or "\n" in title:
        title = _CITATION_BEHIND.sub("", title).strip() or title
        title = _ORIGINAL_BEHIND.sub("", title).strip() or title
    for _ in range(4):
        shorter = _BEHIND.sub("", title)
        if shorter == title or len(shorter) < 10:
            break
        title = shorter
    title = _WOS_CORRECTION.sub("", title) or title
    shorter = _FRONT.sub("", title, count=1)
    return shorter if len(shorter) >= 20 else title


_ROMAN_WORDS = {r: str(k) for k, r in enumerate("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi".split(), 1)}
_NUMBER_WORDS = {w: str(k) for k, w in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_NUMBER_WORDS.update({w: str(k) for k, w in enumerate("first second third fourth fifth sixth".split(), 1)})
_DIGITS = re.compile(r"\d+")


def numbers(plain_title: str) -> str:
    """Numbers of a plain title in order, Roman ones (from ii on, and i at an edge) as digits.

    They distinguish part 1 from part 2 and the 2010 report from the 2011 report.
    """
    values = []
    words = plain_title.split()
    for k, word in enumerate(words):
        if word.isalpha():
            value = _ROMAN_WORDS.get(word)
            # A single letter counts as a number only after “part” or “series”.
            if value and (len(word) > 1 or (k and words[k - 1] in _PART) or (word == "i" and k in (0, len(words) - 1))):
                values.append(value)
        else:
            values.extend(_DIGITS.findall(word))
    return " ".join(values)


_PART = frozenset("part parts chapter section study phase type stage volume series paper experiment report".split())
_SMALL = frozenset("the of and in for de la le des der die das und et el y a an on zur fur official journal's".split())
_JOURNAL_CUT = re.compile(r"\s*(?:\(.*|\[.*|[:=/;].*|\.\s*conference.*)$", re.I | re.S)


_MEETING = re.compile(r"\b(?:conference|proceedings|symposium|congress|workshop|meeting|convention)\b", re.I)
_MEETING_NOISE = frozenset(
    "proceedings proceeding proc annual annu biennial th st nd rd first second third fourth fifth sixth seventh eighth "
    "ninth "
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
    "twenty thirty forty fifty volume vol extended abstracts companion".split()
)


def journal_form(name: str) -> str:
    """Words of a journal's name without articles, subtitles, parallel titles and places in brackets.

    Names of meetings also lose their number, year and "proceedings"; a leading ``+`` marks a meeting.
    """
    name = single_blanks(name)
    if _MEETING.search(name) and not name.lower().startswith("proceedings of the national academy"):
        words = [w for w in plain(re.sub(r"\(.*?\)|:.*", " ", name)).split() if w not in _SMALL]
        telling = [w for w in words if w not in _MEETING_NOISE and not w[0].isdigit()]
        return "+ " + " ".join(telling or words)
    cut = _COUNTRY.sub("", _JOURNAL_CUT.sub("", name.strip())) or name
    words = [w for w in plain(cut.replace(".", ". ").replace("&", " ")).split() if w not in _SMALL]
    return " ".join(words) or plain(name)


_COUNTRY = re.compile(r"[\s.,]+(?:of\s+the\s+)?(?:united\s+states(?:\s+of\s+america)?|u\.?\s?s\.?\s?a)\.?\s*$", re.I)


def same_journal(a: str, b: str) -> float:
    """1 for the same name or its abbreviation, 0.5 if possibly so, 0 for another journal (forms of `journal_form`)."""
    if a == b:
        return 1.0
    meetings = a.startswith("+") + b.startswith("+")
    x, y = a.lstrip("+ ").split(), b.lstrip("+ ").split()
    if not x or not y:
        return 0.0
    if "".join(x) == "".join(y):
        return 1.0
    if len(x) > len(y):
        x, y = y, x
    if len(x) == 1 and len(y) > 1:
        return 1.0 if _is_acronym(x[0], y) else 0.5 if x[0] == y[0] and len(x[0]) > 3 else 0.0
    if len(x) == len(y) and all(_abbreviates(p, q) or _abbreviates(q, p) for p, q in zip(x, y, strict=True)):
        return 1.0
    if meetings == 2 and len(x) >= 3 and _in_order(x, y):
        return 1.0
    j = 0
    for word in y:
        if j < len(x) and (_abbreviates(x[j], word) or _abbreviates(word, x[j])):
            j += 1
    return 0.5 if j == len(x) else 0.0


def _in_order(short: list[str], long: list[str]) -> bool:
    rest = iter(long)
    return all(word in rest for word in short)


def _is_acronym(letters: str, words: list[str]) -> bool:
    """Whether the letters are initial parts of all the words in turn: ``pnas``, ``jama``, ``amcis``."""
    reach = {0}
    for word in words:
        reach = {at + n for at in reach for n in range(1, min(len(word), 3) + 1) if letters[at : at + n] == word[:n]}
    return len(letters) in reach or (len(letters) > 3 and letters == "".join(w[0] for w in words)[: len(letters)])


def _abbreviates(short: str, long: str) -> bool:
    """Whether one word can abbreviate the other: ``natl`` for ``national``, ``j`` for ``journal``."""
    if short[0] != long[0] or len(short) > len(long):
        return False
    if long.startswith(short):
        return True
    rest = iter(long)
    return all(c in rest for c in short)


_LABEL = re.compile(r"(?:^|(?<=[.?!)]\s)|(?<=\n))\W{0,2}[A-Z][A-Za-z /&]{2,35}:")


def abstract_form(abstract: str, length: int = 400) -> str:
    """The beginning of an abstract in letters and digits alone, without the labels of its sections."""
    beginning = abstract[: length * 7 // 4]
    if ":" in beginning:
        beginning = _LABEL.sub(" ", beginning)
    return plain(beginning).replace(" ", "")[:length]


def phrases(abstract: str, words: int = 3, most: int = 600) -> frozenset[str]:
    """All sequences of three words of an abstract (of its beginning if it is very long)."""
    tokens = plain(abstract).split()[:most]
    return frozenset(" ".join(tokens[k : k + words]) for k in range(len(tokens) - words + 1))


# Function words as `british` spells them: a title is not in English if it has more of the others than English ones.
ENGLISH = frozenset("the of and with for on by from".split())
OTHER_TONGUES = frozenset(
    "der die das dem den und von vom fur bei beim zum zur mit im eine einer als uber le la les du et dans chez une au "
    "aux sur el los las del y con en una para por il lo gli di della dei e per nel het een van voor bij och av hos og "
    "til hos do da dos na no em i w z s v u o od pri".split()
)


def foreign(words: str) -> bool:
    """Whether a title, as `british` spells its words, is in another language than English by its function words."""
    foreign_words = english_words = 0
    for word in words.split(" "):
        foreign_words += word in OTHER_TONGUES
        english_words += word in ENGLISH
    return foreign_words > english_words


_TRANSLATED = re.compile(
    rf"^\W*\[.{{20,}}\]\W*$|[\[(]\s*(?:in\s+)?(?:{_LANGUAGE})\s*[\])]\W*$|[.?!]['\"”]?\s+(?:{_LANGUAGE})\s*(?:\n|$)",
    re.I | re.S,
)


_LANGUAGE_LAST = re.compile(rf"[.?!]\s+(?:{_LANGUAGE})\s*$", re.I)


def translated(title: str) -> bool:
    """Whether a title is marked as a translation: it is in brackets or followed by the name of its language.

    Exports of Embase write the original title on a line of its own after the language.
    """
    marked = title.rstrip(" .\"'”")[-1:] in ("]", ")") or "\n" in title or _LANGUAGE_LAST.search(title)
    return bool(marked) and bool(_TRANSLATED.search(title))
