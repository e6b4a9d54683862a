"""How long forest plots take: CPU seconds of 30 plots of 30 studies as SVG and PDF.

    python tests/benchmarks/report/forests.py [PLOTS] [STUDIES]

Prints for each look the CPU seconds for laying out and drawing, and for writing each format; PNG, which is written on
demand, apart. Reach: 30 plots of 30 studies within 15 CPU seconds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "figures"))

import review_samples as samples
from prismake import figures
from prismake.figures.forest_styles import STYLES


def main(plots: int, studies: int) -> None:
    results = [samples.regressed(studies, measure) for measure in ("RR", "MD", "PLO")]
    print(f"{plots} forest plots of {studies} studies, CPU seconds")
    print("style    draw     svg     pdf     png  svg+pdf in all")
    with tempfile.TemporaryDirectory() as folder:
        for style in STYLES:
            spent = dict.fromkeys(("draw", "svg", "pdf", "png"), 0.0)
            for number in range(plots):
                begun = time.process_time()
                figure = figures.outcome_figure(results[number % len(results)], "forest", {"style": style})
                spent["draw"] += time.process_time() - begun
                for kind in ("svg", "pdf", "png"):
                    begun = time.process_time()
                    figures.save_all(figure, [Path(folder, f"{number}.{kind}")])
                    spent[kind] += time.process_time() - begun
            total = spent["draw"] + spent["svg"] + spent["pdf"]
            print(f"{style:8}" + "".join(f"{value:6.2f}  " for value in spent.values()) + f"{total:6.2f}")


if __name__ == "__main__":
    main(*map(int, [*sys.argv[1:], "30", "30"][:2]))
