"""Which numbers of a result can be changed without check.R noticing: python changed_numbers.py [EXAMPLE ...]"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / "synthesis")]

from test_check_script import EXAMPLES, leaves, unnoticed

for name in sys.argv[1:] or EXAMPLES:
    with tempfile.TemporaryDirectory() as folder:
        result = EXAMPLES[name]()
        missed = unnoticed(result, Path(folder))
        print(f"{name}: {len(list(leaves(result)))} numbers, not noticed: {', '.join(missed) or 'none'}", flush=True)
