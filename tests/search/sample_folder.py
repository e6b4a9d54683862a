"""Where the folder of real exports is, when there is one."""

import os
from pathlib import Path

SHARED = Path(os.environ.get("PRISMAKE_SHARED") or Path(__file__).parents[2].parent / "shared")
