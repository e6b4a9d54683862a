"""The figures of the manuscript as PNG, redrawn for the width at which they are printed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from prismake.core.reuse import KeptParts

DPI = 300  # dots per inch at print width, as journals require


class Drawings:
    """Draws a figure by its name on the page.

    Args:
        flow: ``flow/flow.json``.
        results: the contents of ``pooling/<outcome>.json``.
        appraisal, scores: ``appraisal/appraisal.csv`` and ``appraisal/scores.csv``.
        outcomes: title by name of the outcomes.
        kept: pictures from earlier runs, which are reused if their input is the same.
    """

    def __init__(
        self,
        flow: Mapping[str, Any],
        results: Sequence[Mapping[str, Any]],
        appraisal: pd.DataFrame,
        scores: pd.DataFrame,
        outcomes: Mapping[str, str],
        kept: KeptParts | None = None,
    ) -> None:
        self._kept = kept
        self.flow, self.appraisal, self.scores, self.outcomes = flow, appraisal, scores, outcomes
        self.results = {result["outcome"]: result for result in results}
        self._drawn: dict[str, Figure] = {}

    def size(self, name: str) -> tuple[float, float]:
        """Width and height of a figure in inches, as it was laid out."""
        width, height = self._part(name, "size", lambda: self._size(name)).decode().split()
        return float(width), float(height)

    def png(self, name: str, width: float) -> bytes:
        """The figure at ``width`` inches and 300 dots per inch; a narrower one keeps its size."""
        return self._part(name, f"at {width!r}", lambda: self._png(name, width))

    def _part(self, name: str, what: str, make: Callable[[], bytes]) -> bytes:
        return make() if self._kept is None else self._kept.get([name, what, self._made_from(name)], make)

    def _made_from(self, name: str) -> Any:
        if name == "flow":
            return self.flow
        if name in ("stars", "traffic_light"):
            return [self.scores.to_csv(), self.appraisal.to_csv(), self.outcomes]
        return self.results[name.partition(".")[0]]

    def _size(self, name: str) -> bytes:
        return " ".join(repr(float(inches)) for inches in self._figure(name).get_size_inches()).encode()

    def _png(self, name: str, width: float) -> bytes:
        from prismake.figures import save

        figure = self._figure(name)
        dpi = DPI * min(1.0, width / self.size(name)[0])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "figure.png"
            save(figure, path, dpi=dpi)
            return path.read_bytes()

    def _figure(self, name: str) -> Figure:
        if name not in self._drawn:
            self._drawn[name] = self._draw(name)
        return self._drawn[name]

    def _draw(self, name: str) -> Figure:
        from prismake.appraisal.scores import lights, questions, stars_only
        from prismake.figures import flow_diagram, outcome_figure, star_table, traffic_light

        if name == "flow":
            return flow_diagram(self.flow)
        if name in ("stars", "traffic_light"):
            labels = questions(self.scores)
            if name == "stars":
                return star_table(stars_only(self.scores), stars_only(self.appraisal), items=labels)
            return traffic_light(lights(self.appraisal, self.outcomes), items=labels)
        outcome, _, kind = name.partition(".")
        return outcome_figure(self.results[outcome], kind)
