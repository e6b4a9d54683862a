"""The methods of the appraisal in words: the instrument for each design, and what was not appraised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.labels import join
from prismake.protocol.instrument_choice import misfits
from prismake.protocol.instruments import NONE, Instrument, load_instrument

if TYPE_CHECKING:
    import pandas as pd

OVERALL = {
    "total": "The overall rating follows from bands of the total number of stars.",
    "ahrq": "The overall rating follows the AHRQ thresholds for the stars of each domain; a poor domain determines it.",
}

# designs by the names that the template of a review proposes; teams may name their own
DESIGNS = {
    "rct": "randomised trials",
    "cohort": "cohort studies",
    "case_control": "case–control studies",
    "cross_sectional": "cross-sectional studies",
    "single_arm": "single-arm studies",
}


def designs_present(instruments: Mapping[str, str], studies: pd.DataFrame) -> dict[str, str]:
    """The designs of the protocol that occur among the included studies; all of them while there are no studies."""
    present = set(studies["design"])
    return {design: name for design, name in instruments.items() if design in present or not present}


def instrument_details(instruments: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Title, version and source of each instrument named in the protocol, by its name."""
    return {name: _details(load_instrument(name)) for name in sorted({*instruments.values()} - {NONE})}


def _details(scale: Instrument) -> dict[str, Any]:
    return {
        "title": scale.title,
        "version": scale.version,
        "source": scale.source,
        "by_result": scale.by_result,
        "with_stars": scale.with_stars,
        "proposes": any(domain.parts for domain in scale.details.values()),
    }


def appraisal_methods(config: Mapping[str, Any], instruments: Mapping[str, Mapping[str, Any]], panel: str) -> str:
    """The paragraph on risk of bias.

    Args:
        config: the protocol with its defaults filled in.
        instruments: details by name of the instrument, at least ``title`` (``instrument_details``).
        panel: who judged, in words.
    """
    appraisal = config.get("appraisal", {})
    named = {design: name for design, name in sorted(appraisal.get("instruments", {}).items()) if name != NONE}
    without = sorted(design for design, name in appraisal.get("instruments", {}).items() if name == NONE)
    sentences = []
    if named:
        judged: dict[str, list[str]] = {}
        for design, name in named.items():
            judged.setdefault(_cited(instruments, name), []).append(_of_design(design))
        used = [f"in {join(designs)} with {cited}" for cited, designs in judged.items()]
        sentences.append(f"Risk of bias was judged {panel}: {'; '.join(used)}.")
        sentences += _of_kinds(appraisal, [instruments.get(name, {}) for name in named.values()])
    wrong = misfits({design: name for design, name in named.items() if design in appraisal.get("insist", ())})
    for design, name in wrong.items():
        kind = "randomised trials" if load_instrument(name).randomised else "studies without randomisation"
        sentences.append(
            f"As required by the protocol, studies of the design {_plain(design)} were judged with "
            f"{_cited(instruments, name)}, which is intended for {kind}."
        )
    if without:
        sentences.append(
            f"Not appraised, because the protocol names no instrument: {join([_plain(design) for design in without])}."
        )
    return " ".join(sentences)


def _of_kinds(appraisal: Mapping[str, Any], details: list[Mapping[str, Any]]) -> list[str]:
    sentences = []
    if any(detail.get("with_stars", True) for detail in details):
        sentences.append("Items that do not apply to a design were excluded from its denominator.")
        sentences.append(OVERALL.get(appraisal.get("overall", ""), ""))
    if any(detail.get("by_result") for detail in details):
        sentences.append("Where an instrument judges results, each outcome of a study was judged separately.")
    if any(detail.get("proposes") for detail in details):
        sentences.append(
            "Judgements were made by the reviewers, who saw the judgement that the published algorithm derives from "
            "their answers and gave a reason wherever they departed from it."
        )
    return [sentence for sentence in sentences if sentence]


def _cited(instruments: Mapping[str, Mapping[str, Any]], name: str) -> str:
    instrument = instruments.get(name, {})
    title, version = instrument.get("title", name), instrument.get("version", "")
    return f"{title} ({version})" if version else str(title)


def _of_design(design: str) -> str:
    return DESIGNS.get(design, f"studies of design “{_plain(design)}”")


def _plain(design: str) -> str:
    return design.replace("_", " ")
