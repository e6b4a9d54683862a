"""Which numbers of a result can be changed without check.R noticing: python changed_numbers.py [EXAMPLE ...]"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2] / "synthesis")]


def main(names: list[str]) -> None:
    """Print, of each example of the tests of the script, how many numbers it has and which R does not miss."""
    from test_check_script import EXAMPLES, leaves, unnoticed

    for name in names or EXAMPLES:
        with tempfile.TemporaryDirectory() as folder:
            result = EXAMPLES[name]()
            missed = ", ".join(unnoticed(result, Path(folder))) or "none"
            print(f"{name}: {len(list(leaves(result)))} numbers, not noticed: {missed}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
