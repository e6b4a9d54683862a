"""The words that people see in sheets, in the languages of the files in ``workflow/forms/languages/``.

Headings and answers are identified by their English words, whatever a sheet shows: code, tables and report know no
others. A new language is a new file with the same keys; a review's own are in ``config/languages/``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from prismake.core.errors import FormError
from prismake.core.files import digest, parse_yaml
from prismake.core.paths import data_files
from prismake.protocol.config_file import read_config_file

ENGLISH = "en"
OWN = Path("config/languages")
PHRASES = "phrases:\n"  # where the sentences of a file begin


@dataclass(frozen=True, eq=False)
class Language:
    """One language. ``texts``: by key, such as ``page.what_to_do``, the text people see, with ``{…}`` to fill in."""

    code: str
    texts: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.texts[key]

    def text(self, key: str, **parts: str) -> str:
        """The text of a key with its parts filled in."""
        return self.texts[key].format(**parts)

    def heading(self, english: str) -> str:
        """A translated heading; a text that is not one of our headings, such as a team's own field, is unchanged."""
        return self.texts.get(f"headings.{english}", english)

    def answer(self, english: str) -> str:
        return self.texts.get(f"answers.{english}", english)


@cache
def language_codes() -> tuple[str, ...]:
    """The codes of the available languages, English first."""
    return (ENGLISH, *(code for code in _files() if code != ENGLISH))


def own_digest(code: str) -> str:
    """The digest of a review's own language: as a parameter of rules, it makes edits of the file take effect."""
    path = _files().get(code)
    return (digest(path) or "") if path and path.parent == OWN else ""


@cache
def _files() -> dict[str, Path]:
    """The files of languages by code, a review's own ones last; these do not replace those of the package."""
    shipped = data_files("forms/languages/*.yaml")
    return shipped | {path.stem: path for path in sorted(OWN.glob("*.yaml")) if path.stem not in shipped}


@cache
def load_language(code: str) -> Language:
    """A language by its code.

    Raises:
        FormError: its file lacks keys, or has keys that the English file lacks.
    """
    language = Language(code, _read(code))
    lacking, unknown = _keys(ENGLISH) - _keys(code), _keys(code) - _keys(ENGLISH)
    other = _other_parts(code) if code not in data_files("forms/languages/*.yaml") else []
    if lacking or unknown or other:
        what = [f"it lacks {', '.join(sorted(lacking))}" if lacking else ""]
        what += [f"there is no {', '.join(sorted(unknown))}" if unknown else ""]
        what += [f"what stands in braces differs from the English text in {', '.join(other)}" if other else ""]
        where = _files()[code]
        raise FormError(
            f"{'; '.join(filter(None, what))}.", where=str(where), remedy=f"Give it the keys of {_files()[ENGLISH]}."
        )
    return language


def in_every_language(key: str) -> list[str]:
    """The texts of a key in all languages, English first, equal ones once."""
    return list(dict.fromkeys(load_language(code).texts[key] for code in language_codes() if key in _read(code)))


def english_heading(text: str) -> str:
    """The English heading for a heading in any language; the text itself if there is none."""
    return _english_headings().get(text.casefold(), text)


@cache
def _english_headings() -> dict[str, str]:
    names: dict[str, str] = {}
    for code in language_codes():
        for key, text in _read(code).items():
            part, _, english = key.partition(".")
            if part == "headings":
                names.setdefault(text.casefold(), english)
    return names


def _keys(code: str) -> set[str]:
    return set(_read(code))


@cache
def phrases(code: str) -> dict[str, str]:
    """The sentences under ``phrases`` of a language by their keys; those that it lacks are English.

    They are most of a file, and only needed where the workflow's own sentences enter a sheet.
    """
    own = {key: " ".join(text.split()) for key, text in _flat(parse_yaml(PHRASES + _parts(code)[1]))}
    return own if code == ENGLISH else {**phrases(ENGLISH), **own}


def _other_parts(code: str) -> list[str]:
    """The keys of texts that are to be filled in with other parts than the English ones."""
    english = _read(ENGLISH) | phrases(ENGLISH)
    own = _read(code) | phrases(code)
    return [key for key, text in own.items() if _parts_of(text) != _parts_of(english.get(key, text))]


def _parts_of(text: str) -> set[str]:
    return set(re.findall(r"\{([^{}]*)\}", text))


@cache
def _read(code: str) -> dict[str, str]:
    return {key: " ".join(text.split()) for key, text in _flat(parse_yaml(_parts(code)[0]))}


@cache
def _parts(code: str) -> tuple[str, str]:
    """The file of a language before its sentences, and these.

    Raises:
        ConfigError: a review's own file is not YAML in UTF-8, or has a key twice.
    """
    if (path := _files()[code]).parent == OWN:
        read_config_file(path)  # which says with the line what is wrong with it
    text = path.read_text(encoding="utf-8-sig")
    before, _, after = text.partition(f"\n{PHRASES}")
    return f"{before}\n", after


def _flat(data: Mapping[str, Any] | None, above: str = "") -> list[tuple[str, str]]:
    entries = []
    for key, value in (data or {}).items():
        if isinstance(value, Mapping):
            entries += _flat(value, f"{above}{key}.")
        else:
            entries.append((f"{above}{key}", str(value)))
    return entries
