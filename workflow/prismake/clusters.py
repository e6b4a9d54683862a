"""Which report a record belonged to when it was first seen: decisions hang on that id.

The file stands beside the sheets, because it cannot be rebuilt: which member of a cluster came first is
known only to the run that saw it come.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from prismake.files import read_json, write_json
from prismake.sheets.paths import HISTORY

if TYPE_CHECKING:
    import pandas as pd

FILE = "reports.json"


def known_reports(folder: Path = HISTORY) -> dict[str, str]:
    """record_id to report_id of earlier runs."""
    return read_json(folder / FILE, {})


def remember_reports(clusters: pd.DataFrame, folder: Path = HISTORY) -> None:
    """Add what is new; records that left the search keep their entry."""
    known = known_reports(folder)
    new = {**known, **dict(zip(clusters["record_id"], clusters["report_id"], strict=True))}
    if new != known:
        write_json(folder / FILE, new)
