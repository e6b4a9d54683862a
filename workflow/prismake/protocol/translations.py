"""Sentences that the workflow writes into sheets, in the team's language.

Everything is composed in English, wherever it comes from, and translated where it enters a sheet: each sentence is
matched with the English templates under ``phrases`` and ``answers`` of the languages, whose parts are translated in
turn. What no template matches, such as titles, names and the words of instruments, stays as it is.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from prismake.core.phrases import normal_word
from prismake.protocol.languages import ENGLISH, Language, language_codes, load_language, phrases

BEGINNING, LIST, WHOLE, PHRASE = "beginning", "list", "whole", "phrase"
_PART = re.compile(r"\{(\w+)\}")
_END = re.compile(r"(?<=[:;?]) |(?<=\.) (?=[A-Z]|tau)")  # where a sentence may end, but not in “Smith et al. 2001”
_STOPS = ".:;"
_WIDE = tuple("。：；，？")  # no blank follows these
_ANSWERS, _APPRAISAL = "answers.", "phrases.appraisal."


def in_language(text: str, language: Language, kind: str = "") -> str:
    """A text of the workflow in a language, line by line.

    Args:
        kind: ``beginning``, if only what is before the first colon is ours; ``list``, if phrases are divided by commas;
            ``whole`` for a single sentence or answer; ``phrase``, if answers are an instrument's own; otherwise
            sentences one after the other.
    """
    if language.code == ENGLISH or not text:
        return text
    return "\n".join(_line(line, language.code, kind) for line in text.split("\n"))


def english_answers(word: str) -> tuple[str, ...]:
    """The English answers that a word (in the form of ``normal_word``) may stand for in some language."""
    return _answers_by_word().get(word, ())


@lru_cache(maxsize=4096)
def _line(line: str, code: str, kind: str) -> str:
    if kind == BEGINNING:
        start, colon, rest = line.partition(": ")
        return f"{_phrase(start, code) or start}{colon}{rest}"
    if kind == LIST:
        return ", ".join(_phrase(entry, code) or entry for entry in line.split(", "))
    if kind == PHRASE:
        return _of_instrument(line, code)
    new = _phrase(line, code) if kind == WHOLE else None
    return _sentences(line, code) if new is None else new


def _of_instrument(text: str, code: str) -> str:
    """What the workflow says around the texts of an instrument, which stay as they are."""
    if (key := _keys().get(text, "")) in phrases(code):
        return phrases(code)[key]
    for pattern, key in _templates():
        if key.startswith(_APPRAISAL) and (match := pattern.fullmatch(text)):
            parts = match.groupdict()
            if "condition" in parts:
                parts["condition"] = _condition(parts["condition"], code)
            return phrases(code)[key].format(**parts)
    return text


def _condition(text: str, code: str) -> str:
    """``2.1 is NI, or 2.2 is NI`` in a language."""
    for word in ("is", "and", "or"):
        text = text.replace(f" {word} ", f" {phrases(code)[_APPRAISAL + word]} ")
    return text


def _sentences(text: str, code: str) -> str:
    """Sentences one after the other, the shortest that can be translated first; others stay English."""
    ends = [*(match.start() for match in _END.finditer(text)), len(text)]
    for end in ends:
        new = _sentence(text[:end], code)
        if new is not None:
            return _joined(new, text[end + 1 :], code)
    return _joined(text[: ends[0]], text[ends[0] + 1 :], code)


def _joined(translated: str, rest: str, code: str) -> str:
    if not rest:
        return translated
    return f"{translated}{'' if translated.endswith(_WIDE) else ' '}{_sentences(rest, code)}"


def _sentence(text: str, code: str) -> str | None:
    """The translation of a phrase with or without the stop after it."""
    new = _phrase(text, code)
    if new is None and text[-1:] in (*_STOPS,) and (bare := _phrase(text[:-1], code)) is not None:
        stops = dict(zip(_STOPS, load_language(code)["page.stops"].split("|"), strict=True))
        return bare + stops[text[-1]]
    return new


def _phrase(text: str, code: str) -> str | None:
    """The translation of a text that is a phrase as a whole."""
    if (word := phrase(text, code)) is not None:
        return word
    for pattern, key in _templates():
        if match := pattern.fullmatch(text):
            parts = {name: _part(name, part, code) for name, part in match.groupdict().items()}
            return phrases(code)[key].format(**parts)
    return None


def phrase(text: str, code: str) -> str | None:
    """The translation of a phrase without parts, or None if it is not among them."""
    key = _keys().get(text)
    if key is None:
        return None
    return load_language(code).texts[key] if key.startswith(_ANSWERS) else phrases(code)[key]


def _part(name: str, text: str, code: str) -> str:
    return _line(text, code, LIST) if name == "list" else _phrase(text, code) or text


@cache
def _keys() -> dict[str, str]:
    """The keys of English answers, and of phrases without parts, by their text."""
    answers = {key: text for key, text in load_language(ENGLISH).texts.items() if key.startswith(_ANSWERS)}
    plain = {key: text for key, text in phrases(ENGLISH).items() if not _PART.search(text)}
    return {text: key for key, text in (plain | answers).items()}


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Patterns of English phrases with parts, and their keys, the most particular first."""
    patterns = []
    for key, text in phrases(ENGLISH).items():
        pieces = _PART.split(text)
        if len(pieces) == 1:
            continue
        parts = (f"(?P<{piece}>{_of_part(piece)})" if i % 2 else re.escape(piece) for i, piece in enumerate(pieces))
        end = "" if pieces[-1] or key.startswith(_APPRAISAL) else "(?<![.:;])"  # a stop is not part of what it ends
        patterns.append((sum(map(len, pieces[::2])), re.compile("".join(parts) + end), key))
    return [(pattern, key) for _, pattern, key in sorted(patterns, key=lambda entry: -entry[0])]


def _of_part(name: str) -> str:
    """What a part may be: a number without blanks (n, n1, …), a heading in quotation marks, a list of them, or any."""
    if re.fullmatch(r"n\d?", name):
        return r"\S*[^\s.,:;]"
    return "[^”]+" if name.startswith("label") else "“.+”[^“]*" if name == "list" else ".+?"


@cache
def _answers_by_word() -> dict[str, tuple[str, ...]]:
    words: dict[str, list[str]] = {}
    for code in language_codes():
        for key, text in load_language(code).texts.items():
            if key.startswith(_ANSWERS):
                words.setdefault(normal_word(text), []).append(key.removeprefix(_ANSWERS))
    return {word: tuple(dict.fromkeys(answers)) for word, answers in words.items()}


def beginnings(key: str) -> tuple[str, ...]:
    """How the texts of a phrase begin in every language: what is before its first part."""
    return tuple(dict.fromkeys(beginning(key, load_language(code)) for code in language_codes()))


def beginning(key: str, language: Language) -> str:
    """How the text of a phrase begins in a language."""
    return _PART.split(phrases(language.code)[f"phrases.{key}"])[0]
