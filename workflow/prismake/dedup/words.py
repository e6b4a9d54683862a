"""Detect titles that differ in a word (men for women, one drug or year for another) and not only in spelling.

One word can mean another paper, and one letter another word. Whether two words are spellings of the same word is judged
by linguistic knowledge (prefixes of opposite meaning, endings, names that look alike), by how often each occurs in the
titles of the table, and only then by the letters.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any

from rapidfuzz.distance import OSA, Levenshtein

# Words whose presence or absence makes no difference.
_LITTLE = frozenset("the an a and or of in on to for from by at as is iz".split())
_LITTLE_OPPOSITES = frozenset(map(frozenset, (("in", "out"), ("from", "to"), ("on", "off"), ("for", "against"))))
_RELATIONS = frozenset(
    "with without before after during between against versus vs under over out off up down despite within among beyond "
    "until since not no nor".split()
)
_NEGATIONS = frozenset("not non no without nor never neither anti un out".split())
_TELLING = _NEGATIONS | {"protocol", "protocols"}  # one such word more makes another paper
_OPPOSITES = (
    ("hyper", "hypo"), ("inter", "intra"), ("intra", "extra"), ("pre", "post"), ("af", "ef"), ("endo", "exo"),
    ("micro", "macro"), ("in", "ex"), ("in", "out"), ("up", "down"), ("ab", "ad"), ("ante", "post"), ("pre", "peri"),
    ("over", "under"), ("mono", "poly"), ("hetero", "homo"), ("iso", "aniso"), ("brady", "tachy"), ("supra", "infra"),
)  # fmt: skip
_SIDES = tuple({prefix for pair in _OPPOSITES for prefix in pair})
# Different words that differ in one or two letters, in the manner of ISMP's list of confused drug names.
_LOOK_ALIKE = frozenset(
    frozenset(pair.split("/"))
    for pair in (
        "nitrate/nitrite sulfate/sulfite sulfide/sulfite phosphate/phosphite prednizone/prednizolone "
        "prednisone/prednisolone methylprednizone/methylprednizolone absorption/adsorption abduction/adduction "
        "peroneal/perineal austria/australia niger/nigeria guinea/guyana slovakia/slovenia dominica/dominican "
        "iran/iraq gambia/zambia mauritius/mauritania mali/malawi neural/neutral gastric/gastrin median/medial "
        "caudal/causal casual/causal marital/martial trial/trail ureter/urethra ureteral/urethral ureteric/urethric "
        "carbamazepine/oxcarbazepine chlorpromazine/chlorpropamide clomipramine/clomiphene hydralazine/hydroxyzine "
        "fluoxetine/fluvoxamine quinine/quinidine sulfadiazine/sulfasalazine vinblastine/vincriztine "
        "vinblastine/vincristine daunorubicin/doxorubicin epirubicin/idarubicin cefotaxime/ceftazidime "
        "cefuroxime/cefixime estradiol/estriol ephedrine/epinephrine adenine/adenosine cytosine/cytidine "
        "guanine/guanosine thymine/thymidine glycerin/glycine lactate/lactase amylose/amylase sucrose/sucrase "
        "lactose/lactase maltose/maltase cellulose/cellulase palpation/palpitation perfusion/profusion "
        "infusion/effusion mobility/motility immobility/immotility parental/parenteral prenatal/perinatal "
        "antenatal/neonatal prostate/prostrate ileum/ilium ileal/iliac fetal/fatal metacarpal/metatarsal "
        "carpal/tarsal influenza/influence ethanol/methanol globulin/globin insulin/inulin"
    ).split()
)
_VARIANTS = tuple(
    tuple(pair.split("/"))
    for pair in "ph/f centre/center fibre/fiber litre/liter metre/meter titre/titer ys/yz aluminium/aluminum grey/gray "
    "programme/program varepsilon/epsilon vartheta/theta varphi/phi".split()
)
_SAME = dict(
    pair.split("/")
    for pair in "mice/mouse children/child childrens/child men/man mens/man women/woman womens/woman teeth/tooth "
    "feet/foot micro/mu u/mu versus/vs i/1 l/1 ii/2 iii/3 iv/4 v/5 vi/6 one/1 two/2 three/3 fowr/4 five/5 six/6 "
    "seven/7 eight/8 nine/9 ten/10 eleven/11 twelve/12".split()
)
_ENDINGS = ("ically", "ations", "ation", "ities", "ity", "ness", "ally", "ical", "ing", "ied", "ies", "ive", "ions",
            "ion", "ed", "ely", "ly", "es", "ic", "ia", "al", "s", "e", "y")  # fmt: skip
_STEM = 5  # least letters of a stem: "mention" and "mental" have none in common
_GLUED = ("of", "and", "with", "the")  # words that exports run together with the next one
_GREEK = re.compile("alpha|beta|gamma|delta|epsilon|varepsilon|zeta|theta|kappa|lambda|sigma|omega|mu")
_LETTERS_OF_DIGITS = str.maketrans("ilo", "110")
_DIGITS = re.compile(r"\d+")
_LONG = 12  # letters from which on a word may be misread in three places
_OWN_WORD = 4  # a word in this many titles is no misprint
_CACHED = 50_000  # words
_RARER = 15  # a misprint is rarer than the word by this factor


class Exchange(IntEnum):
    """How the words of two titles differ at their most different position."""

    NONE = 0
    FRAGMENT = 1  # letters, chemical signs, a word cut or run together: perhaps damage
    WORD = 2  # one whole word, number or negation for another


# What another word may have in front of a word; any other letters there are damage (MonoMonodora, SsLong-term).
_PREFIXES = frozenset(
    "a ab ad an ante anti arthro asym auto be bi co counter de di dis dys ec em en endo epi ex extra fe fore hyper "
    "hypo il im in inter intra intro ir iso macro mal meta micro mid mis mono multi neo no non nor normo oligo out "
    "over para per peri poly post pre pro pseudo re semi step sub super supra sur sym syn tetra trans tri ultra un "
    "under uni up wo".split()
)


def exchange(x: Sequence[str], y: Sequence[str], title_counts: Mapping[str, int] | None = None) -> Exchange:
    """Whether two titles (lists of words) have different words at the same position.

    ``title_counts``: the number of titles of the table in which a word occurs. A word that occurs in one title only
    does not count, unless it is a "not" or a "without".
    """
    count_x, count_y = Counter(x), Counter(y)
    only_x, only_y = count_x - count_y, count_y - count_x
    if not only_x and not only_y:
        return Exchange.NONE
    left: list[str] = []
    right: list[str] = []
    cut_x: list[str] = []
    cut_y: list[str] = []
    worst = Exchange.NONE
    edits: list[Any] = [*Levenshtein.opcodes(x, y).as_list(), ("equal", 0, 0, 0, 0)]
    for edit, i, j, m, n in edits:
        if edit != "equal":
            cut_x += x[i:j]
            cut_y += y[m:n]
            left += [w for w in x[i:j] if only_x[w] and w not in _LITTLE]
            right += [w for w in y[m:n] if only_y[w] and w not in _LITTLE]
            continue
        if cut_x or cut_y:
            worst = max(worst, _other_words(left, right, cut_x, cut_y, title_counts or {}))
        left, right, cut_x, cut_y = [], [], [], []
    return worst


def _other_words(
    left: list[str], right: list[str], cut_x: list[str], cut_y: list[str], title_counts: Mapping[str, int]
) -> Exchange:
    """Whether the words at one position of two titles differ in more than spelling."""
    if left and right:
        if spelled_alike("".join(left), "".join(right), title_counts):
            return Exchange.NONE
        fewer, more = sorted((left, right), key=len)
        rest = iter(more)
        if not all(any(spelled_alike(v, w, title_counts) for w in rest) for v in fewer):
            return Exchange.WORD if _whole_words(left, right, title_counts) else Exchange.FRAGMENT
        telling = not _TELLING.isdisjoint(left) or not _TELLING.isdisjoint(right)
        return Exchange.WORD if telling else Exchange.NONE
    if len(cut_x) == len(cut_y) == 1:
        # "in" for "after", "influenza A" for "influenza B": short words that replace each other.
        if frozenset((*cut_x, *cut_y)) in _LITTLE_OPPOSITES:
            return Exchange.WORD
        word = (left or right or [""])[0]
        other = (word in _RELATIONS or len(word) == 1) and not spelled_alike(cut_x[0], cut_y[0], title_counts)
        return Exchange.WORD if other else Exchange.NONE
    return Exchange.NONE if _TELLING.isdisjoint(left or right) else Exchange.WORD


def _whole_words(left: list[str], right: list[str], title_counts: Mapping[str, int]) -> bool:
    """Whether some word of one side stands for another word of the other side, and neither is damaged."""

    def unmatched(words: list[str], others: list[str]) -> Iterator[str]:
        for v in words:
            if not any(spelled_alike(v, w, title_counts) or _perhaps_damaged(v, w) for w in others):
                yield v

    # Titles without a word in common are settled by their first words: each is compared with all of the other side.
    others, compared = unmatched(right, left), list[str]()
    for v in unmatched(left, right):
        if any(_another_word(v, w) for w in compared):
            return True
        for w in others:
            compared.append(w)
            if _another_word(v, w):
                return True
    return False


def _another_word(v: str, w: str) -> bool:
    v, w = _SAME.get(v, v), _SAME.get(w, w)
    if v.isdigit() or w.isdigit():
        return v.isdigit() and w.isdigit()
    if _numbered_otherwise(v, w):
        return True
    return len(v) == len(w) == 1 or (min(len(v), len(w)) > 2 and v.isalpha() and w.isalpha())


def _perhaps_damaged(v: str, w: str) -> bool:
    """Whether one word may be the other with letters added, or misread in several places."""
    if _SAME.get(v, v).isdigit() or _SAME.get(w, w).isdigit() or _numbered_otherwise(v, w):
        return False
    short, long = sorted((v, w), key=len)
    if len(short) < 2 or short in _RELATIONS or _opposite(v, w):
        return False
    if frozenset((v, w)) in _LOOK_ALIKE:
        return False
    if short in long:
        added = long.removesuffix(short)
        return added == long or added not in _PREFIXES or short.startswith(added)
    return len(short) >= _LONG and v[0] == w[0] and OSA.distance(v, w) <= len(long) // 5


def _numbered_otherwise(v: str, w: str) -> bool:
    """Whether both words hold numbers, and others: CD19 and CD20, 1st and 2nd, SGLT1 and SGLT2."""
    x, y = (_DIGITS.findall(word) for word in (v, w))
    return bool(x and y) and x != y


def spelled_alike(v: str, w: str, title_counts: Mapping[str, int] | None = None) -> bool:
    """Whether two words (or compounds written apart and together) are spellings, endings or misprints of one word."""
    v, w = _SAME.get(v, v), _SAME.get(w, w)
    if v == w or v.translate(_LETTERS_OF_DIGITS) == w.translate(_LETTERS_OF_DIGITS):
        return True
    if (v.isdigit() or w.isdigit()) and {v.removeprefix("of"), v.removeprefix("and")} & {w, w.removeprefix("of")}:
        return True
    if _greek_lost(v, w):
        return True
    if v.isdigit() or w.isdigit() or min(len(v), len(w)) < 3 or _numbered_otherwise(v, w):
        return False
    if frozenset((v, w)) in _LOOK_ALIKE or _opposite(v, w):
        return False
    if _variant(v) == _variant(w):
        return True
    if len(v) > len(w):
        v, w = w, v
    if w.endswith(v):
        return len(v) >= _STEM and w[: len(w) - len(v)] in _GLUED
    if _stem(v) == _stem(w) or (w.startswith(v) and w[len(v) :] in (*_ENDINGS, *_GLUED)):
        return True
    if _two_words(v, w, title_counts or {}):
        return False
    return _misprint(v, w)


@functools.lru_cache(_CACHED)
def _variant(word: str) -> str:
    for spelling, other in _VARIANTS:
        word = word.replace(spelling, other)
    return word


def _greek_lost(v: str, w: str) -> bool:
    """Whether one word lacks a Greek letter of the other or has a similar Latin one: NF-B and NFkB for NF-kappaB."""
    if bool(_GREEK.search(v)) == bool(_GREEK.search(w)):
        return False
    lost = {_GREEK.sub("", v), _GREEK.sub("", w)}
    latin = {_GREEK.sub(lambda m: m[0][0], v), _GREEK.sub(lambda m: m[0][0], w)}
    return len(lost) == 1 or len(latin) == 1


def _opposite(v: str, w: str) -> bool:
    if not (v.startswith(_SIDES) and w.startswith(_SIDES)):  # nearly all words, and quickly told
        return False
    return any(
        (v.startswith(x) and w.startswith(y) and v[len(x) :] == w[len(y) :])
        or (v.startswith(y) and w.startswith(x) and v[len(y) :] == w[len(x) :])
        or (min(len(x), len(y)) > 3 and {v[: len(x)], w[: len(y)]} == {x, y})
        or (min(len(x), len(y)) > 3 and {v[: len(y)], w[: len(x)]} == {x, y})
        for x, y in _OPPOSITES
    )


@functools.lru_cache(_CACHED)
def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def _two_words(v: str, w: str, title_counts: Mapping[str, int]) -> bool:
    """Whether both words occur in several titles, neither so rarely that it is a misprint of the other."""
    fewer, more = sorted((title_counts.get(v, 0), title_counts.get(w, 0)))
    return fewer >= _OWN_WORD and fewer * _RARER > more


def _misprint(v: str, w: str) -> bool:
    """Whether few letters are wrong for the length of the words: one in five letters, two in twelve, or a swap."""
    short, long = sorted((len(v), len(w)))
    if short < _STEM:
        return False
    slips = OSA.distance(v, w)
    # Letters in another order are the same letters: animals, aminals. Some z was an s before `text.british`.
    if sorted(x := v.replace("z", "s")) == sorted(y := w.replace("z", "s")) and OSA.distance(x, y) <= 2:
        return True
    if slips == 1:
        # The first letter is rarely the wrong one: maternal is not paternal.
        return len(v) != len(w) or (short > _STEM and v[0] == w[0])
    return slips <= long // 6 and v[0] == w[0]
