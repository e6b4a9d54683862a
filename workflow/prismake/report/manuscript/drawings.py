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

PAGE = "#"  # between the name of a figure and the number of a page
DPI = 300  # dots per inch at print width, as journals require


class Drawings:
    """Draws a figure by its name on the page.

    Args:
        flow: ``flow/flow.json``.
        results: the contents of ``pooling/<outcome>.json``.
        appraisal, scores: ``appraisal/appraisal.csv`` and ``appraisal/scores.csv``.
        outcomes: title by name of the outcomes.
        look: the part ``figures`` of the config.
        kept: pictures from earlier runs, which are reused if their input is the same.
    """

    def __init__(
        self,
        flow: Mapping[str, Any],
        results: Sequence[Mapping[str, Any]],
        appraisal: pd.DataFrame,
        scores: pd.DataFrame,
        outcomes: Mapping[str, str],
        look: Mapping[str, Any],
        kept: KeptParts | None = None,
    ) -> None:
        self._kept, self._look = kept, look
        self.flow, self.appraisal, self.scores, self.outcomes = flow, appraisal, scores, outcomes
        self.results = {result["outcome"]: result for result in results}
        self._drawn: dict[str, list[Figure]] = {}

    def pages(self, name: str) -> list[str]:
        """The names of the pages of a figure, each of which can be drawn: its own name if it has one page."""
        number = int(self._part(name, "pages", lambda: str(len(self._pages(name))).encode()))
        return [name] if number == 1 else [f"{name}{PAGE}{page}" for page in range(1, number + 1)]

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
        return [self.results[name.partition(".")[0]], self._look]

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
        figure, _, page = name.partition(PAGE)
        return self._pages(figure)[int(page or 1) - 1]

    def _pages(self, name: str) -> list[Figure]:
        if name not in self._drawn:
            self._drawn[name] = self._draw(name)
        return self._drawn[name]

    def _draw(self, name: str) -> list[Figure]:
        from prismake.appraisal.scores import lights, questions, stars_only
        from prismake.figures import flow_diagram, light_pages, outcome_pages, star_pages

        if name == "flow":
            return [flow_diagram(self.flow)]
        if name in ("stars", "traffic_light"):
            labels = questions(self.scores)
            if name == "stars":
                return star_pages(stars_only(self.scores), stars_only(self.appraisal), items=labels)
            return light_pages(lights(self.appraisal, self.outcomes), items=labels)
        outcome, _, kind = name.partition(".")
        return outcome_pages(self.results[outcome], kind, self._look)
