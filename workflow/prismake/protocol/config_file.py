"""The text of ``config/config.yaml``: all problems are reported with their lines before anything runs.

Snakemake reads the file too, but does not report the line of a wrong character or duplicate keys, of which it silently
uses the last (YAML 1.2.2, section 3.2.1.1, forbids them).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prismake.core.errors import ConfigError, collect

_DEEPEST = 50  # groups within groups; the deepest setting has five
_MOST_LINES = 5  # lines with characters that are not UTF-8 are named up to this number
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NO_SETTINGS = "the file contains no settings (it must consist of lines of the form key: value)."
_SAVE = "Open it in a text editor and save it as UTF-8."


def read_config_file(path: Path) -> Any:
    """The content of the configuration.

    Raises:
        ConfigError: the file is not text in UTF-8 or not YAML, or a key occurs twice in one group.
    """
    import yaml

    text = _decoded(path)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if hidden := yaml.reader.Reader.NON_PRINTABLE.search(text):  # whose place the two readers of YAML count differently
        raise ConfigError(
            f"line {text.count(chr(10), 0, hidden.start()) + 1}: there is an invisible character "
            f"(U+{ord(hidden[0]):04X}) that YAML does not allow.",
            where=path.as_posix(),
            remedy="Delete the text around it and type it again.",
        )
    try:
        node = yaml.compose(text, Loader=loader)
        if node is not None and _is_too_deep(node):
            raise RecursionError  # which readers of YAML meet at different depths, some at none
        problems = [] if node is None else list(_repeated_keys(node))
        collect(
            problems, ConfigError, where=path.as_posix(), remedy="Keep one of the two and put both contents into it."
        )
        return yaml.load(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        raise ConfigError(_yaml_problem(error, text), where=path.as_posix()) from error
    except yaml.YAMLError as error:
        raise ConfigError(f"the file is not YAML: {error}", where=path.as_posix()) from error
    except ValueError as error:  # a date such as 2025-02-30
        raise ConfigError(
            f"a value cannot be read ({error}).",
            where=path.as_posix(),
            remedy="Put dates and numbers that mean text in quotation marks.",
        ) from error
    except RecursionError as error:
        raise ConfigError(
            "groups are nested deeper than any setting is.", where=path.as_posix(), remedy="Check its indentation."
        ) from error


def check_config_file(path: Path) -> None:
    """Raise what ``read_config_file`` raises, and for a file without settings; Snakemake reports a missing one."""
    if path.is_file() and not isinstance(read_config_file(path), dict):
        raise ConfigError(NO_SETTINGS, where=path.as_posix())


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    if data.startswith(_UTF_16):
        raise ConfigError("the file is saved as UTF-16 (“Unicode”).", where=path.as_posix(), remedy=_SAVE)
    problems = []
    for number, line in enumerate(re.split(rb"\r\n|\r|\n", data), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            guess = line[max(0, error.start - 20) : error.end + 20].decode("cp1252", errors="replace").strip()
            problems.append(f"line {number} is not text in UTF-8; in Windows-1252 it would be “{guess}”.")
    if len(problems) > _MOST_LINES:
        problems[_MOST_LINES:] = [f"{len(problems) - _MOST_LINES} more lines are not text in UTF-8 either."]
    collect(problems, ConfigError, where=path.as_posix(), remedy=_SAVE)
    return data.decode("utf-8-sig")


def _yaml_problem(error: Any, text: str) -> str:
    """An error of the YAML reader as a sentence, with line and column."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"the file is not YAML: {error.problem}."
    place = f"line {mark.line + 1}, column {mark.column + 1}"
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: mark.column + 1]:
        return f"{place}: there is a tab where YAML allows only spaces. Replace it by spaces."
    begun = error.context_mark
    context = f" ({error.context}, which begins in line {begun.line + 1})" if error.context and begun else ""
    return (
        f"{place}: this is not YAML: {error.problem}{context}. "
        "Check indentation, brackets, quotation marks and colons there and in the line above."
    )


def _repeated_keys(root: Any) -> Iterator[str]:
    """A sentence for each key that occurs again in its group; a node repeated by an alias is checked once."""
    import yaml

    waiting, seen = [("", root)], set()
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += reversed([(f"{path}[{number}]", item) for number, item in enumerate(node.value, start=1)])
        elif isinstance(node, yaml.MappingNode):
            lines: dict[str, list[int]] = {}
            inner = []
            for key, value in node.value:
                name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
                lines.setdefault(name, []).append(key.start_mark.line + 1)
                inner.append((f"{path}.{name}" if path else name, value))
            for name, places in lines.items():
                if len(places) > 1 and name not in ("<<", "?"):
                    full = f"{path}.{name}" if path else name
                    numbers = f"{', '.join(map(str, places[:-1]))} and {places[-1]}"
                    yield f"'{full}' occurs {_times(len(places))}, in lines {numbers}."
            waiting += reversed(inner)


def _is_too_deep(root: Any) -> bool:
    """Whether groups are nested deeper than any setting is; a node that an alias repeats is looked at once."""
    import yaml

    level, seen = [root], {id(root)}
    for _ in range(_DEEPEST):
        inner = []
        for node in level:
            if isinstance(node, yaml.MappingNode):
                inner += [part for pair in node.value for part in pair]
            elif isinstance(node, yaml.SequenceNode):
                inner += node.value
        level = [node for node in inner if id(node) not in seen]
        seen.update(map(id, level))
    return bool(level)


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"
