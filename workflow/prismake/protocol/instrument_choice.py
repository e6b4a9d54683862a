"""The instruments that a protocol names: whether they can be read, suit their designs, and ask for judgements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prismake.core.errors import FormError
from prismake.core.names import APPRAISAL, CERTAINTY
from prismake.protocol.instrument_files import NONE, instrument_paths, load_instrument

_RANDOMISED = re.compile(r"(^|_)(rct|rcts|randomi[sz]ed|randomi[sz]ed_trial|crossover)($|_)")
_NOT_RANDOMISED = re.compile(
    r"(^|_)(non|not|nrsi|quasi|cohort|case_control|cross_sectional|single_arm|case_series)($|_)"
)
_TRIALS = ("trial", "controlled_trial")


def asks_judgements(stage: str, config: Mapping[str, Any]) -> bool:
    """Whether reviewers judge proposals at a stage: certainty always, the appraisal if its instruments ask for it."""
    if stage != APPRAISAL:
        return stage == CERTAINTY
    names = set(config.get("appraisal", {}).get("instruments", {}).values()) - {NONE}
    paths = instrument_paths()
    return any(load_instrument(name).judgements for name in names if name in paths)


def is_randomised(design: str) -> bool | None:
    """Whether a design is randomised according to its name; ``None`` if the name does not say."""
    name = re.sub(r"[^a-z0-9]+", "_", design.casefold())
    if _NOT_RANDOMISED.search(name):
        return None if "quasi" in name else False
    return True if _RANDOMISED.search(name) or name in _TRIALS else None


def misfits(instruments: Mapping[str, str], folder: Path = Path()) -> dict[str, str]:
    """Designs whose instrument is intended for the other kind of study: name of the instrument by design."""
    paths = instrument_paths(folder)
    names = {}
    for design, name in instruments.items():
        if name != NONE and name in paths:
            made_for, randomised = load_instrument(name, folder).randomised, is_randomised(design)
            if None not in (made_for, randomised) and made_for != randomised:
                names[design] = name
    return names


def instrument_problems(appraisal: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """Problems of instruments: unknown, unreadable, or not intended for their design."""
    instruments, insist = appraisal["instruments"], appraisal["insist"]
    paths, unread = instrument_paths(folder), False
    for design, name in instruments.items():
        if name != NONE and name not in paths:
            yield (
                f"'appraisal.instruments.{design}' is {name!r}; allowed: {', '.join([*sorted(paths), NONE])}. "
                f"An instrument of your own is a file config/instruments/{name}.yaml."
            )
    for name in dict.fromkeys(name for name in instruments.values() if name in paths):
        try:
            load_instrument(name, folder)
        except FormError as error:
            unread = True
            yield str(error).rstrip()
    if unread:
        return
    wrong = misfits(instruments, folder)
    for design in (design for design in wrong if design not in insist):
        scale = load_instrument(wrong[design], folder)
        kind = "randomised trials" if scale.randomised else "studies without randomisation"
        fitting = "rob2" if is_randomised(design) else "nos_cohort or robins_i"
        yield (
            f"'appraisal.instruments.{design}' is {scale.name}, which is intended for {kind}. Name another one, for "
            f"instance {fitting}; to keep it, write appraisal.insist: [{design}], and the report will say so."
        )
    for design in insist:
        if design not in instruments:
            yield f"'appraisal.insist' names {design}, which is not a design in 'appraisal.instruments'."
