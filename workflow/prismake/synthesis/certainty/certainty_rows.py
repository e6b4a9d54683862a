"""The rows of the certainty sheet: one per outcome and domain, with what is proposed and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.names import ITEM_ID, STUDY_ID
from prismake.synthesis.certainty.absolute import headline
from prismake.synthesis.certainty.accuracy_sides import by_side
from prismake.synthesis.certainty.domain_proposals import Evidence, proposals
from prismake.synthesis.certainty.dose_contrast import at_highest_dose
from prismake.synthesis.certainty.levels import DOMAINS, START
from prismake.synthesis.certainty.network_comparisons import by_comparison
from prismake.synthesis.certainty.vote_counts import by_votes

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [ITEM_ID, "title", "domain", "question", "meaning", "choices", "proposed", "because", "result"]


def item_of(outcome: str, domain: str) -> str:
    """The id of a row: ``relapse|imprecision``."""
    return f"{outcome}|{domain}"


def outcome_and_domain(item: str) -> tuple[str, str]:
    outcome, _, domain = item.partition("|")
    return outcome, domain


def certainty_rows(
    results: Mapping[str, Mapping[str, Any]],
    settings: Mapping[str, Mapping[str, Any]],
    studies: pd.DataFrame,
    *,
    shares: tuple[float, float],
    gate: str,
    question: str = "",
) -> pd.DataFrame:
    """One row per outcome and domain, for the outcomes that have an estimate.

    Args:
        results: by outcome, ``pooling/<outcome>.json``.
        settings: ``certainty.outcomes``; only these outcomes are judged, in this order.
        studies: ``full_text/studies.csv``.
        shares: shares of weight at high risk of bias from which one level and two levels are proposed.
        gate: ``complete`` asks about an outcome once every earlier decision has been made, ``rolling`` at once.
        question: the question of the review.
    """
    import pandas as pd

    results, settings = at_highest_dose(*by_votes(*by_comparison(*by_side(results, settings))))
    designs = dict(zip(studies[STUDY_ID], studies["design"], strict=True))
    rows = []
    for name, own in settings.items():
        result = results[name]
        waits = gate == "complete" and not result["counts"]["current"]
        if waits or headline(result) is None:
            continue
        judged_with = {
            study[STUDY_ID]: study["appraisal"]["instrument"] for study in result["studies"] if study.get("appraisal")
        }
        evidence = Evidence(result, own, shares, designs, judged_with, question)
        for domain, proposal in proposals(evidence).items():
            rows.append(
                {
                    ITEM_ID: item_of(name, domain),
                    "title": result["title"],
                    "domain": DOMAINS[domain].label,
                    "question": DOMAINS[domain].question,
                    "meaning": _meaning(domain),
                    "choices": "|".join(DOMAINS[domain].answers),
                    "proposed": proposal.answer,
                    "because": proposal.reason,
                    "result": result["sentence"],
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS, dtype=str)


def _meaning(domain: str) -> str:
    """The answers and the effect of each on the certainty, one per line."""
    if domain == START:
        return "\n".join(DOMAINS[domain].answers)
    return "\n".join(f"{answer} ({_moved(steps)})" for answer, steps in DOMAINS[domain].steps.items())


def _moved(steps: int) -> str:
    if not steps:
        return "no change"
    return f"{'down' if steps < 0 else 'up'} {abs(steps)}"
