"""The campaigns use the reviews and servers of other rooms."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / room) for room in ("e2e", "search", "sheets", "fulltexts")]
