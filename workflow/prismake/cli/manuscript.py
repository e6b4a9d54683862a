"""``prismake manuscript``: where the manuscript is, and a copy brought up to date."""

from __future__ import annotations

from pathlib import Path

from prismake.core.errors import PrismakeError
from prismake.core.paths import results_parent
from prismake.kept.sheet_files import open_in_program
from prismake.report.manuscript.update import MANUSCRIPT, update_copy


def manuscript_words(path: Path | None, *, partial: bool, only_show: bool) -> list[str]:
    """Update the copy at ``path`` and say what changed; without a path, say how to begin.

    Raises:
        PrismakeError: the copy is open, damaged, or not a Word document; nothing was written.
    """
    made = results_parent() / MANUSCRIPT
    if path is None:
        if not made.is_file():
            raise PrismakeError(f"there is no {made} yet.", remedy="Type snakemake first.")
        return [
            f"The manuscript is {made}; every run writes it anew. Write in a copy of it. When results have "
            "changed: prismake manuscript --update MY-COPY.docx"
        ]
    if open_in_program(path):
        raise PrismakeError("this file is open.", where=str(path), remedy="Close it, then type the command again.")
    update = update_copy(path, partial=partial, only_show=only_show, fresh=made)
    lines = [*update.changed]
    if not update.changed:
        lines.append(f"{path} is already up to date; nothing was written.")
    elif only_show:
        lines.append("Nothing was written.")
    else:
        lines.append(f"Wrote {path}; the former file is kept beside it.")
    return [*lines, *update.kept]
