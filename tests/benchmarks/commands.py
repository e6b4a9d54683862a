"""Every benchmark of the project, with what each form of it is called with, needs, and takes.

``run`` runs them. *Short* shows in some minutes that they run; *long* is about an hour of two idle cores; *all* adds
what takes longer, a million records or a cluster above all. A test holds that no command is missing here.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
FORMS = ("short", "long", "all")


@dataclass(frozen=True)
class Benchmark:
    """One line of ``run``.

    Attributes:
        command: the script, below this folder.
        short, long, all: the arguments of each form; None where the form leaves it out. ``all`` is as ``long`` unless
            it is said.
        seconds: CPU seconds of the long form, and of the form *all*, on the machine of ``graph/README.md``.
        needs: what must be installed (``NEEDS``).
        about: what sets it apart, where one script has several lines.
    """

    command: str
    short: tuple[str, ...] | None
    long: tuple[str, ...] | None
    seconds: tuple[float, float]
    all: tuple[str, ...] | None = None
    needs: tuple[str, ...] = ()
    about: str = ""

    @property
    def name(self) -> str:
        return f"{self.command} ({self.about})" if self.about else self.command

    @property
    def room(self) -> str:
        return self.command.partition("/")[0]

    def arguments(self, form: str) -> tuple[str, ...] | None:
        return {"short": self.short, "long": self.long, "all": self.all or self.long}[form]

    def expected(self, form: str) -> float:
        """CPU seconds; unknown for the short form."""
        return {"short": 0.0, "long": self.seconds[0], "all": self.seconds[1]}[form]


def _shared(name: str) -> str:
    shared = Path(os.environ.get("PRISMAKE_SHARED") or HERE.parents[2] / "shared")
    folder = shared / "benchmarks" / name
    return "" if folder.is_dir() else f"the labelled sets ({folder}; PRISMAKE_SHARED names another folder)"


def _r_packages(*names: str) -> str:
    if not (program := shutil.which("Rscript")):
        return "R"
    script = "; ".join(f"library({name})" for name in names)
    done = subprocess.run([program, "-e", script], capture_output=True, check=False)
    return f"the R package {' or '.join(names)}" if done.returncode else ""


def _slurm() -> str:
    sys.path.insert(0, str(HERE.parent / "e2e"))
    from slurm_node import lacking

    return lacking()


def _browser() -> str:
    if not importlib.util.find_spec("playwright"):
        return "playwright"
    return "" if shutil.which("chromium") else "Chromium"


NEEDS: dict[str, Callable[[], str]] = {  # what is missing, "" if nothing is
    "labelled pairs": lambda: _shared("dedup"),
    "finished reviews": lambda: _shared("screening"),
    "R": lambda: "" if shutil.which("Rscript") else "R",
    "metafor": lambda: _r_packages("metafor"),
    "metadat": lambda: _r_packages("metadat"),
    "Slurm": _slurm,
    "a browser": _browser,
}


@cache
def missing(need: str) -> str:
    return NEEDS[need]()


_SIZES = ("500", "12500", "25000", "50000", "100000", "200000")
_SMALL_SETS = ("special_cases", "copper", "haematology")
_FOUR_SETS = ("haematology", "cytology_screening", "digital_work", "cardiac")

BENCHMARKS = (
    Benchmark("graph/demo_runs.py", ("--short",), (), (75, 75)),
    Benchmark("graph/large_review.py", ("--records", "1000"), (), (110, 110)),
    Benchmark("graph/load.py", ("--sizes", "500", "2000"), ("--sizes", *_SIZES), (340, 340)),
    Benchmark(
        "graph/load.py", None, None, (0, 740), about="a million records",
        all=("--sizes", "500", "100000", "250000", "1000000", "--batch", "500"),
    ),
    Benchmark("graph/slurm.py", None, None, (0, 400), needs=("Slurm",), all=("--records", "100000", "--parts", "4")),
    Benchmark("sheets/scale.py", ("--rows", "1000"), (), (60, 60)),
    Benchmark(
        "sheets/scale.py", ("--reviewers", "3", "--rows", "1000"), ("--reviewers", "20", "--rows", "50000"), (110, 110),
        about="a team of twenty",
    ),
    Benchmark("sheets/false_alarms.py", ("100",), ("2000",), (30, 150), all=("10000",), needs=("finished reviews",)),
    Benchmark("search/reading.py", ("2000", "5000"), (), (70, 70)),
    Benchmark(
        "search/sharing.py", ("--records", "2000", "--files", "4", "--megabytes", "1"),
        ("--records", "60000", "--files", "6", "--megabytes", "20"), (60, 200), all=(),
    ),
    Benchmark("search/side_by_side.py", ("0.1", "5"), (), (10, 10)),
    Benchmark("search/downloading.py", ("400", "1"), ("10000", "10"), (5, 15), all=()),
    Benchmark("dedup/scale.py", ("2000",), ("20000", "80000"), (25, 400), all=(), needs=("labelled pairs",)),
    Benchmark("dedup/score_sets.py", _SMALL_SETS, (), (140, 140), needs=("labelled pairs",)),
    Benchmark(
        "dedup/out_of_sample.py", ("--sets", "haematology", "--only", "copies"), ("--sets", *_FOUR_SETS), (270, 900),
        all=(), needs=("labelled pairs",),
    ),
    Benchmark(
        "dedup/fit_chance.py", ("--sets", "haematology", "cytology_screening"), ("--sets", *_FOUR_SETS), (40, 400),
        all=(), needs=("labelled pairs",),
    ),
    Benchmark(
        "screening/score.py", ("--sets", "Cohen_2006_Estrogens", "--protocol", "sheets"), (), (130, 130),
        needs=("finished reviews",),
    ),
    Benchmark("screening/score.py", ("--cost",), ("--cost",), (5, 5), needs=("finished reviews",), about="cost"),
    Benchmark(
        "screening/stopping_rate.py", ("--seeds", "1", "--shuffles", "1", "--sets", "Cohen_2006_Estrogens"), ("--seeds", "1", "--shuffles", "50"),
        (150, 360), all=(), needs=("finished reviews",),
    ),
    Benchmark("extraction/planted_errors.py", (), (), (20, 20), needs=("metadat",)),
    Benchmark("extraction/bound.py", (), (), (20, 20), needs=("metadat",)),
    Benchmark("extraction/scale.py", (), (), (10, 10)),
    Benchmark("pooling/speed.py", ("--seconds", "0.1"), (), (60, 60)),
    Benchmark("pooling/many.py", ("--outcomes", "20", "--studies", "10"), (), (50, 50)),
    Benchmark("pooling/convergence.py", ("--sets", "2000", "--mixed", "40"), (), (30, 30)),
    Benchmark("pooling/coverage.py", ("--run", "--sets", "200"), ("--run",), (40, 40)),
    Benchmark("pooling/prediction.py", ("--sets", "4"), (), (90, 90)),
    Benchmark("pooling/small_study.py", ("--sets", "6"), ("--sets", "100"), (50, 300), all=("--sets", "600")),
    Benchmark("pooling/diagnostic.py", ("--sets", "20"), (), (100, 100)),
    Benchmark("pooling/networks.py", ("--sets", "50"), (), (100, 100)),
    Benchmark("pooling/dose_response.py", ("--sets", "40"), (), (100, 100)),
    Benchmark("pooling/changed_numbers.py", ("beta-binomial model",), ("beta-binomial model", "several arms"), (30, 600), all=(), needs=("metafor",)),
    Benchmark("report/page_size.py", ("500",), (), (60, 60), needs=("a browser",)),
    Benchmark("report/forests.py", ("1", "5"), (), (30, 30)),
)  # fmt: skip
