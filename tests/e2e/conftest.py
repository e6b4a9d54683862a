"""End-to-end reviews: the real graph, the real snakemake."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
# the local servers that speak for PubMed and others, and PDFs made by hand
sys.path[:0] = [str(HERE), str(HERE.parent / "search"), str(HERE.parent / "fulltexts")]
