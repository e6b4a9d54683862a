"""Network meta-analysis: several treatments compared with each other, directly and through others.

    arm_trials(...)          trials from the numbers of their arms, with a reason for every arm that cannot be used
    contrast_trials(...)     trials from effects between two arms with their variances
    network(trials, ...)     the network fitted: estimates between all treatments, heterogeneity, ranks
    splits(fitted)           direct and indirect evidence of every comparison, and whether they agree
    decomposition(fitted)    Q within and between designs, the test of design-by-treatment interaction
    net_heat(fitted)         which designs drive the estimates, and which the inconsistency
    components(fitted, ...)  effects of the components of combined treatments, if they add up

An effect "a against b" is the value in a minus the value in b, on the scale of the analysis. Sources: Rücker 2012
(Res Synth Methods 3:312-324; the graph-theoretical form), Rücker and Schwarzer 2014 (Stat Med 33:4353-4369; trials with
several arms), Jackson, White and Riley 2012 (Stat Med 31:3805-3820; tau² by moments).
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "trials": ["Trial", "Trials", "arm_trials", "contrast_trials"],
    "networks": ["Network", "network", "parts_of_network"],
    "side_splits": ["Split", "splits"],
    "design_tests": ["Decomposition", "DesignTest", "decomposition"],
    "heat": ["NetHeat", "net_heat"],
    "additive": ["Components", "components"],
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = list(_MODULE)


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module 'prismake.pooling.network' has no attribute '{name}'")
    value = getattr(importlib.import_module(f".{_MODULE[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
