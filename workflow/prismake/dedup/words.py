"""Titles that exchange words: men for women, one drug or year for another. Two spellings of a word are no exchange.

One word can make another paper, and one letter another word; whether two words are spellings of one is judged by
what is known of words (prefixes with opposite sense, endings, names that look alike), by how often each stands in the
titles of the table, and only then by the letters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rapidfuzz.distance import OSA, Levenshtein

# Words whose coming and going changes nothing.
_LITTLE = frozenset("the an a and or of in on to for from by at as is iz".split())
_LITTLE_OPPOSITES = frozenset(map(frozenset, (("in", "out"), ("from", "to"), ("on", "off"), ("for", "against"))))
_RELATIONS = frozenset(
    "with without before after during between against versus vs under over out off up down despite within among beyond "
    "until since not no nor".split()
)
_NEGATIONS = frozenset("not non no without nor never neither anti un out".split())
_OPPOSITES = (
    ("hyper", "hypo"), ("inter", "intra"), ("intra", "extra"), ("pre", "post"), ("af", "ef"), ("endo", "exo"),
    ("micro", "macro"), ("in", "ex"), ("in", "out"), ("up", "down"), ("ab", "ad"), ("ante", "post"), ("pre", "peri"),
    ("over", "under"), ("mono", "poly"), ("hetero", "homo"), ("iso", "aniso"), ("brady", "tachy"), ("supra", "infra"),
)  # fmt: skip
# Words of which a letter or two makes the other. ISMP's list of confused drug names begins in the same way.
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
    "programme/program".split()
)
_SAME = dict(
    pair.split("/")
    for pair in "mice/mouse children/child childrens/child men/man mens/man women/woman womens/woman teeth/tooth "
    "feet/foot micro/mu u/mu versus/vs i/1 l/1 ii/2 iii/3 iv/4 v/5 vi/6 one/1 two/2 three/3 fowr/4 five/5 six/6".split()
)
_ENDINGS = ("ically", "ations", "ation", "ities", "ity", "ness", "ally", "ical", "ing", "ied", "ies", "ive", "ions",
            "ion", "ed", "ely", "ly", "es", "ic", "al", "s", "e", "y")  # fmt: skip
_STEM = 5  # letters of a stem at least: "mention" and "mental" have none in common
_GLUED = ("of", "and", "with", "the")  # what exports run together with the word behind it
_GREEK = re.compile("alpha|beta|gamma|delta|epsilon|varepsilon|zeta|theta|kappa|lambda|sigma|omega|mu")
_LETTERS_OF_DIGITS = str.maketrans("ilo", "110")
_OWN_WORD = 4  # titles in which a word stands that is no slip of the pen
_RARER = 15  # a slip is that much rarer than the word


def exchange(x: Sequence[str], y: Sequence[str], known: Mapping[str, int] | None = None) -> bool:
    """Whether some place of two titles (lists of words) holds one word in the first and another in the second.

    ``known``: in how many titles of the table a word stands. A word that only one title has is no exchange, unless it
    is a "not" or a "without".
    """
    count_x, count_y = Counter(x), Counter(y)
    only_x, only_y = count_x - count_y, count_y - count_x
    if not only_x and not only_y:
        return False
    left: list[str] = []
    right: list[str] = []
    cut_x: list[str] = []
    cut_y: list[str] = []
    edits: list[Any] = [*Levenshtein.opcodes(x, y).as_list(), ("equal", 0, 0, 0, 0)]
    for edit, i, j, m, n in edits:
        if edit != "equal":
            cut_x += x[i:j]
            cut_y += y[m:n]
            left += [w for w in x[i:j] if only_x[w] and w not in _LITTLE]
            right += [w for w in y[m:n] if only_y[w] and w not in _LITTLE]
            continue
        if (cut_x or cut_y) and _other_words(left, right, cut_x, cut_y, known or {}):
            return True
        left, right, cut_x, cut_y = [], [], [], []
    return False


def _other_words(
    left: list[str], right: list[str], cut_x: list[str], cut_y: list[str], known: Mapping[str, int]
) -> bool:
    """Whether what stands at one place of two titles differs in more than spelling."""
    if left and right:
        if spelled_alike("".join(left), "".join(right), known):
            return False
        fewer, more = sorted((left, right), key=len)
        rest = iter(more)
        if not all(any(spelled_alike(v, w, known) for w in rest) for v in fewer):
            return True
        return not _NEGATIONS.isdisjoint(left) or not _NEGATIONS.isdisjoint(right)
    if len(cut_x) == len(cut_y) == 1:
        # "in" for "after", "influenza A" for "influenza B": little words that are one for the other.
        if frozenset((*cut_x, *cut_y)) in _LITTLE_OPPOSITES:
            return True
        word = (left or right or [""])[0]
        return (word in _RELATIONS or len(word) == 1) and not spelled_alike(cut_x[0], cut_y[0], known)
    return not _NEGATIONS.isdisjoint(left or right)


def spelled_alike(v: str, w: str, known: Mapping[str, int] | None = None) -> bool:
    """Whether two words (or words written apart and together) are two spellings, endings or misprints of one word."""
    v, w = _SAME.get(v, v), _SAME.get(w, w)
    if v == w or v.translate(_LETTERS_OF_DIGITS) == w.translate(_LETTERS_OF_DIGITS):
        return True
    if (v.isdigit() or w.isdigit()) and {v.removeprefix("of"), v.removeprefix("and")} & {w, w.removeprefix("of")}:
        return True
    if _greek_lost(v, w):
        return True
    if v.isdigit() or w.isdigit() or min(len(v), len(w)) < 3:
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
    if _two_words(v, w, known or {}):
        return False
    return _misprint(v, w)


def _variant(word: str) -> str:
    for one, other in _VARIANTS:
        word = word.replace(one, other)
    return word


def _greek_lost(v: str, w: str) -> bool:
    """Whether one word lacks a Greek letter of the other, or has its Latin likeness: NF-B and NFkB are NF-kappaB."""
    if bool(_GREEK.search(v)) == bool(_GREEK.search(w)):
        return False
    lost = {_GREEK.sub("", v), _GREEK.sub("", w)}
    latin = {_GREEK.sub(lambda m: m[0][0], v), _GREEK.sub(lambda m: m[0][0], w)}
    return len(lost) == 1 or len(latin) == 1


def _opposite(v: str, w: str) -> bool:
    return any(
        (v.startswith(one) and w.startswith(two) and v[len(one) :] == w[len(two) :])
        or (v.startswith(two) and w.startswith(one) and v[len(two) :] == w[len(one) :])
        or (min(len(one), len(two)) > 3 and {v[: len(one)], w[: len(two)]} == {one, two})
        or (min(len(one), len(two)) > 3 and {v[: len(two)], w[: len(one)]} == {one, two})
        for one, two in _OPPOSITES
    )


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def _two_words(v: str, w: str, known: Mapping[str, int]) -> bool:
    """Whether both words stand in several titles, neither so seldom that it is a misprint of the other."""
    fewer, more = sorted((known.get(v, 0), known.get(w, 0)))
    return fewer >= _OWN_WORD and fewer * _RARER > more


def _misprint(v: str, w: str) -> bool:
    """Whether few letters are wrong for the length of the words: one in five letters, two in twelve, or a swap."""
    short, long = sorted((len(v), len(w)))
    if short < _STEM:
        return False
    slips = OSA.distance(v, w)
    # Letters in another order are the same letters: animals, aminals.
    if slips <= 2 and sorted(v) == sorted(w):
        return True
    if slips == 1:
        # The first letter is seldom the wrong one: maternal is not paternal.
        return len(v) != len(w) or (short > _STEM and v[0] == w[0])
    return slips <= long // 6 and v[0] == w[0]
