"""End-to-end reviews: the real graph, the real snakemake."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "sources")]  # the local server that speaks for PubMed
