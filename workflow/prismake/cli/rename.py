"""``prismake rename-reviewer OLD NEW``: everything kept of a reviewer moves to another name."""

from __future__ import annotations

from pathlib import Path

from prismake.protocol.config_file import read_config_file
from prismake.sheets.renaming import places_in_protocol, rename_reviewer


def rename(old: str, new: str, config: Path) -> None:
    """Rename, then say what people have to change in the protocol, which no program writes.

    Raises:
        PrismakeError: nothing was changed.
    """
    data = read_config_file(config) if config.is_file() else {}
    for line in rename_reviewer(old, new):
        print(line)
    places = places_in_protocol(data, old)
    if places:
        print(f"In {config.as_posix()} write {new} instead of {old}, in: {', '.join(places)}. Then type: snakemake")
    else:
        print(f"{config.as_posix()} does not name {old} any more. Next: snakemake")
