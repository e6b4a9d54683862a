"""End-to-end reviews: the real graph, the real snakemake."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
