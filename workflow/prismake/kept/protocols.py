"""Versions of the protocol: ``config.yaml`` as it was on a date, kept so that amendments can be listed later.

``config/versions/<name>.protocol.yaml`` is a copy to the byte and is never changed. PRISMA 2020, item 24c.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prismake.core.errors import PrismakeError
from prismake.core.files import read_yaml, replacing
from prismake.protocol.schema import with_defaults
from prismake.protocol.team import VERSIONS

_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[.-][A-Za-z0-9.-]{1,40})?")
_ENDING = ".protocol.yaml"
CONFIG = Path("config/config.yaml")
# of no consequence for methods or results
_ASIDE = (
    *("email", "words", "notice", "authors", "support", "interests", "availability", "previous", "decimal_sign"),
    *("license", "published"),
)


def keep_protocol(name: str, config: Path, folder: Path = Path()) -> Path:
    """Keep the protocol as it is, under the date from which it is valid.

    Raises:
        PrismakeError: the name does not begin with a date, or there is already a protocol with this name.
    """
    if not _NAME.fullmatch(name):
        raise PrismakeError(
            f"“{name}” does not begin with a day.",
            remedy="Name the day from which the protocol holds, for instance 2025-08-31, or 2025-08-31-amended.",
        )
    path = folder / VERSIONS / f"{name}{_ENDING}"
    if path.exists():
        raise PrismakeError(
            "there is a protocol of this day already, and it is never changed.",
            where=str(path),
            remedy=f"Use another name, for instance {name}-amended.",
        )
    with replacing(path) as draft:
        draft.write_bytes(config.read_bytes())
    return path


def kept_files(folder: Path = Path()) -> list[Path]:
    """The files of kept protocols, the oldest first."""
    return sorted((folder / VERSIONS).glob(f"*{_ENDING}"))


def read_protocol(path: Path) -> dict[str, Any]:
    """A protocol with the present defaults filled in, so that only what people wrote can differ.

    Raises:
        PrismakeError: the file is no longer YAML.
    """
    import yaml

    try:
        content = read_yaml(path) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _damaged(path) from error
    if not isinstance(content, dict):
        raise _damaged(path)
    return with_defaults(content)


def _damaged(path: Path) -> PrismakeError:
    return PrismakeError(
        "this kept protocol is damaged.",
        where=str(path),
        remedy="Bring it back from a backup, or delete it: its amendments are then no longer told.",
    )


def settings_now(folder: Path = Path()) -> dict[str, str]:
    """The settings in force that an amendment could concern; {} as long as no protocol has been kept."""
    return settings(read_protocol(folder / CONFIG)) if kept_files(folder) else {}


def settings(protocol: Mapping[str, Any]) -> dict[str, str]:
    """Each setting by its path (``outcomes.relapse.model``) as text; entries of a list by their names.

    Settings of no consequence for methods or results are left out.
    """
    return dict(_leaves({key: value for key, value in protocol.items() if key not in _ASIDE}))


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    elif isinstance(value, list) and value and all(isinstance(entry, Mapping) and "name" in entry for entry in value):
        for entry in value:
            rest = {key: inner for key, inner in entry.items() if key != "name"}
            yield from _leaves(rest, (*path, str(entry["name"])))
    elif isinstance(value, list):
        yield ".".join(path), "; ".join(map(str, value))
    else:
        yield ".".join(path), "" if value is None else " ".join(str(value).split())


def name_of(path: Path) -> str:
    """The name under which a protocol was kept."""
    return path.name.removesuffix(_ENDING)
