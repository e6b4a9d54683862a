"""YAML with the line of each value, and words as they are written: ``no`` stays a word and 1.10 does not become 1.1."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from prismake.core.errors import FormError

Path_ = tuple[str | int, ...]
_INTEGER, _BOOLEAN = "tag:yaml.org,2002:int", {"true": True, "false": False}


class Marked:
    """The content of a YAML file, and the line of each key and value.

    ``data`` consists of mappings, lists, words, whole numbers and ``true`` or ``false``; ``twice`` lists the places of
    duplicate keys, of which the first counts.
    """

    def __init__(self, path: Path, numeric: Callable[[Path_], bool]) -> None:
        """Read a file; ``numeric`` decides by the place of a value whether it may be a whole number.

        Raises:
            FormError: the file is not YAML.
        """
        import yaml

        self.path, self._numeric = path, numeric
        self._lines: dict[Path_, int] = {}
        self.twice: list[Path_] = []
        try:
            node = yaml.compose(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise FormError(
                f"line {line}: this is not YAML ({error.problem}).",
                where=path.as_posix(),
                remedy="Check indentation, brackets and quotation marks there and in the line above.",
            ) from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise FormError(
                f"the file cannot be read as text in UTF-8 ({error}).",
                where=path.as_posix(),
                remedy="Save it as UTF-8 from a text editor.",
            ) from error
        self.data = self._plain(node, ()) if node is not None else {}

    def line(self, place: Path_) -> int:
        """The line of a value, or of the entry that contains it."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def _plain(self, node: Any, place: Path_) -> Any:
        import yaml

        self._lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            mapping: dict[str, Any] = {}
            for key, value in node.value:
                name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
                if name in mapping:
                    self.twice.append((*place, name, "again"))
                    self._lines[*place, name, "again"] = key.start_mark.line + 1
                    continue
                self._lines[*place, name] = key.start_mark.line + 1
                mapping[name] = self._plain(value, (*place, name))
            return mapping
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(value, (*place, index)) for index, value in enumerate(node.value)]
        if node.tag == _INTEGER and not node.style and self._numeric(place) and node.value.lstrip("-").isdigit():
            return int(node.value)
        return _BOOLEAN.get(node.value, node.value) if not node.style else node.value
