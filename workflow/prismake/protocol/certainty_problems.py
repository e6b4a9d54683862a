"""Settings of the certainty of evidence that do not fit the outcomes of the protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prismake.protocol.measure_parts import ONE_ARM


def certainty_problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Outcomes that do not exist, and keys that the measure of an outcome cannot use."""
    outcomes, certainty = config["outcomes"], config["certainty"]
    for name, settings in certainty["outcomes"].items():
        path = f"certainty.outcomes.{name}"
        if name not in outcomes:
            yield f"'{path}' is no outcome of this review. There are: {', '.join(outcomes) or 'none'}."
            continue
        measure = outcomes[name]["measure"]
        for key in ("baseline", "baseline_source"):
            if key in settings and measure in ONE_ARM:
                yield f"'{path}.{key}' has no meaning for {measure}, which has one group. Take it out."
        if "baseline_source" in settings and "baseline" not in settings:
            yield f"'{path}.baseline_source' is the source of a baseline risk that is missing. Give 'baseline' too."
        if "ratio" in settings and not (measure == "GEN" and outcomes[name]["ratio_scale"]):
            yield f"'{path}.ratio' is for published ratios (GEN with ratio_scale: true) only. Take it out."
    single, double = certainty["shares"]
    if single > double:
        yield f"'certainty.shares' is [{single:g}, {double:g}]: the share for one level must not exceed that for two."
