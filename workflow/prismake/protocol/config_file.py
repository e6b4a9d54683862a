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
_MOST_VALUES = 200_000  # in a file; aliases of aliases multiply without bound
_MOST_LINES = 5  # lines with characters that are not UTF-8 are named up to this number
_LOOKED_AT = 1_000  # bytes in which UTF-16 is noticed without its mark: every other one is zero
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_YAML = "tag:yaml.org,2002:"
_NO_TEXT = {
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "null": "an empty value",
    "timestamp": "a date",
}
_KINDS = {*_NO_TEXT, "str", "map", "seq", "merge"}
_INVISIBLE = (
    "\u00a0\u00ad\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f"
)
_INVISIBLE += "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
NO_SETTINGS = "the file contains no settings (it must consist of lines of the form key: value)."
_TOO_DEEP = "groups are nested deeper than any setting is. Check indentation and brackets."
_CONFLICT = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
_SAVE = "Open it in a text editor and save it as UTF-8."


def read_config_file(path: Path) -> Any:
    """The content of the configuration.

    Raises:
        ConfigError: the file is not text in UTF-8 or not YAML, or a key occurs twice in one group.
    """
    import yaml

    text = _decoded(path)
    # libyaml allows tabs between words, the reader of Snakemake does not
    loader = yaml.SafeLoader if "\t" in text else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if hidden := yaml.reader.Reader.NON_PRINTABLE.search(text):  # whose place the two readers of YAML count differently
        raise ConfigError(
            f"line {text.count(chr(10), 0, hidden.start()) + 1}: there is an invisible character "
            f"(U+{ord(hidden[0]):04X}) that YAML does not allow.",
            where=path.as_posix(),
            remedy="Delete the text around it and type it again.",
        )
    try:
        node = yaml.compose(text, Loader=loader)
        if node is None:
            return None
        _measure(node, frozenset(), {})
        collect([*_unusual_nodes(node)], ConfigError, where=path.as_posix())
        collect(
            [*_repeated_keys(node)],
            ConfigError,
            where=path.as_posix(),
            remedy="Keep one of the two and put both contents into it.",
        )
        return yaml.load(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        raise ConfigError(_yaml_problem(error, text), where=path.as_posix()) from error
    except yaml.YAMLError as error:
        raise ConfigError(f"the file is not YAML: {error}", where=path.as_posix()) from error
    except ValueError as error:  # a date such as 2025-02-30
        reason = "a number has thousands of digits" if "digits" in str(error) else error
        raise ConfigError(
            f"a value cannot be read ({reason}).",
            where=path.as_posix(),
            remedy="Put dates and numbers that mean text in quotation marks.",
        ) from error
    except RecursionError as error:
        raise ConfigError(_TOO_DEEP, where=path.as_posix()) from error


def check_config_file(path: Path) -> None:
    """Raise what ``read_config_file`` raises, and for a file without settings; Snakemake reports a missing one."""
    if path.is_file() and not isinstance(read_config_file(path), dict):
        raise ConfigError(NO_SETTINGS, where=path.as_posix())


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    if data.startswith(_UTF_16) or data[:_LOOKED_AT].count(0) > len(data[:_LOOKED_AT]) // 4:
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
    text = data.decode("utf-8-sig")
    if text.startswith("\ufeff"):
        raise ConfigError("the file begins with two marks of UTF-8 (U+FEFF).", where=path.as_posix(), remedy=_SAVE)
    return text


def _yaml_problem(error: Any, text: str) -> str:
    """An error of the YAML reader as a sentence, with line and column."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"the file is not YAML: {error.problem}."
    place = f"line {mark.line + 1}, column {mark.column + 1}"
    if "nesting depth" in str(error.problem):
        return f"{place}: {_TOO_DEEP}"
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: mark.column + 1]:
        return f"{place}: there is a tab where YAML allows only spaces. Replace it by spaces."
    if conflict := _CONFLICT.search(text):
        number = text.count("\n", 0, conflict.start()) + 1
        return (
            f"line {number}: here are the marks of a conflict (git). Keep one of the two versions and delete the marks."
        )
    if (
        "\uff1a" in (above := "".join(lines[max(0, mark.line - 1) : mark.line + 1]))
        and ": " not in above.split("\uff1a")[0]
    ):
        return f"{place}: there or in the line above is a wide colon (\uff1a). Type an ordinary colon and a space."
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


def _measure(node: Any, above: frozenset[int], measured: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """(depth, number of values) of a node with its aliases written out, each node measured once.

    Raises:
        RecursionError: the groups are nested deeper than any setting is.
        yaml.MarkedYAMLError: a group contains itself, or aliases multiply values beyond all bounds.
    """
    import yaml

    if id(node) in above:
        raise yaml.MarkedYAMLError(problem="a group contains itself by an alias", problem_mark=node.start_mark)
    if id(node) not in measured:
        parts = node.value if isinstance(node, yaml.SequenceNode) else []
        if isinstance(node, yaml.MappingNode):
            parts = [part for pair in node.value for part in pair]
        sizes = [_measure(part, above | {id(node)}, measured) for part in parts]
        depth, count = 1 + max((size[0] for size in sizes), default=0), 1 + sum(size[1] for size in sizes)
        if depth > _DEEPEST:
            raise RecursionError  # which readers of YAML meet at different depths, some at none
        if count > _MOST_VALUES:
            raise yaml.MarkedYAMLError(problem="aliases repeat each other without end", problem_mark=node.start_mark)
        measured[id(node)] = depth, count
    return measured[id(node)]


def _unusual_nodes(root: Any) -> Iterator[str]:
    """A sentence for each tag and for each key that is no text, which readers of YAML understand in their own ways."""
    import yaml

    waiting, seen = [root], {id(root)}
    while waiting:
        node = waiting.pop()
        line = f"line {node.start_mark.line + 1}"
        if node.tag == f"{_YAML}value":
            yield f"{line}: put = in quotation marks."
        elif node.tag.removeprefix(_YAML) not in _KINDS:
            yield f"{line}: the tag {node.tag.replace(_YAML, '!!')} has no meaning here. Delete it."
        if isinstance(node, yaml.MappingNode):
            yield from filter(None, (_unusual_key(key) for key, _ in node.value))
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        inner = [value for _, value in pairs] + (node.value if isinstance(node, yaml.SequenceNode) else [])
        waiting += reversed([each for each in inner if id(each) not in seen])
        seen.update(map(id, inner))


def _unusual_key(key: Any) -> str:
    import yaml

    line = f"line {key.start_mark.line + 1}"
    if not isinstance(key, yaml.ScalarNode):
        return f"{line}: a list or group stands where the name of a setting is needed."
    kind = key.tag.removeprefix(_YAML)
    if kind in _NO_TEXT:
        return f"{line}: YAML takes the key {key.value or '(nothing)'} for {_NO_TEXT[kind]}. Put it in quotation marks."
    if key.value == "__use_yte__":
        return f"{line}: templates (__use_yte__) are not read. Write the settings as they are meant."
    if key.value != (visible := key.value.strip(_INVISIBLE)):
        odd = next(letter for letter in (key.value[0], key.value[-1]) if letter in _INVISIBLE)
        return (
            f"{line}: beside the key “{visible}” there is a character that looks like nothing or like a space "
            f"(U+{ord(odd):04X}). Delete it and type ordinary spaces."
        )
    return ""


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"
