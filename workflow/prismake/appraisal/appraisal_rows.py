"""What is asked about the risk of bias of each study or result, as rows of a sheet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from prismake.appraisal.item_ids import item_id
from prismake.core.errors import PrismakeError
from prismake.core.names import ITEM_ID, STUDY_ID
from prismake.protocol.instruments import (
    NONE,
    OVERALL,
    Condition,
    Domain,
    Instrument,
    Item,
    concern_id,
    load_instrument,
    row_choices,
)

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [ITEM_ID, "title", "report", "domain", "question", "meaning", "choices", "asked_if", "judged", "members"]
_JUDGE = "Your judgement of the risk of bias"
_PROPOSED = "What the published algorithm makes of your answers stands under Proposed; where you differ, say why."


def appraisal_rows(
    table: pd.DataFrame, instruments: Mapping[str, str], outcomes: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """One row per question of the instrument for a study's design, and one per judgement.

    Items that do not apply are not asked. If the instrument judges results, items about the study are asked once and
    the others for each outcome. The condition of a question is given in ``asked_if`` as JSON, alternatives of [item_id,
    answers].

    Args:
        table: ``full_text/studies.csv``.
        instruments: by design, the name of an instrument or ``none``.
        outcomes: title by name of the outcomes of the protocol.
    """
    import pandas as pd

    rows = []
    for study in table.to_dict("records"):
        name = instrument_of(study, instruments)
        if name != NONE:
            rows += list(_Asked(study, load_instrument(name)).rows(outcomes or {}))
    return pd.DataFrame(rows, columns=COLUMNS, dtype=str)


class _Asked:
    """One study and its instrument."""

    def __init__(self, study: Mapping[str, str], scale: Instrument) -> None:
        self.study, self.scale = study, scale
        self.once = {item.id for item in scale.items if item.once}

    def rows(self, outcomes: Mapping[str, str]) -> Iterator[dict[str, str]]:
        if not self.scale.by_result:
            yield from self._some("", "")
            return
        yield from self._some("", "", once=True)
        for name, title in outcomes.items():
            yield from self._some(name, title, once=False)

    def _some(self, result: str, title: str, once: bool | None = None) -> Iterator[dict[str, str]]:
        """The rows of the study, the subset of them that is asked once, or those of one result."""
        if not once:
            for item in (item for item in self.scale.items if not item.domain):
                yield self._question(item, result, title)
        for domain in self.scale.details.values():
            if once is not None and domain.once != once:
                continue
            for item in self.scale.items:
                if item.domain == domain.name and not item.not_applicable:
                    yield self._question(item, result, title)
            yield from self._judgements(domain, result, title)
        if self.scale.judged_overall and not once:
            yield self._judgement(OVERALL, "Overall", _JUDGE, result, title, "worst" in self.scale.overall)

    def _question(self, item: Item, result: str, title: str) -> dict[str, str]:
        asked = f" (asked if {_in_words(item.condition)})" if item.condition else ""
        label = self.scale.domains[item.domain][0] if item.domain else "Result"
        lines = [f"{value}  {text}{' ★' * stars}".rstrip() for value, (text, stars) in item.answers.items()]
        number = f"{item.id}. " if item.domain else ""
        question = f"{number}{item.question}{asked}"
        return self._row(item.id, label, question, lines, row_choices(item), item.condition, result, title)

    def _judgements(self, domain: Domain, result: str, title: str) -> Iterator[dict[str, str]]:
        if domain.judged:
            yield self._judgement(
                domain.name, domain.label, f"{domain.name}. {_JUDGE}", result, title, bool(domain.parts)
            )
        if domain.concern:
            words = self.scale.concerns
            name, question = concern_id(domain.name), f"{domain.name}. Concern about applicability: {domain.concern}"
            lines = [f"{word} concern" for word in words]
            yield self._row(name, domain.label, question, lines, words, (), result, title)

    def _judgement(
        self, name: str, label: str, question: str, result: str, title: str, proposed: bool
    ) -> dict[str, str]:
        words = (*self.scale.judgements, *self.scale.aside)
        lines = [*words, *([_PROPOSED] if proposed else [])]
        return {**self._row(name, label, question, lines, words, (), result, title), "judged": "yes"}

    def _row(
        self,
        name: str,
        domain: str,
        question: str,
        meaning: list[str],
        choices: tuple[str, ...],
        condition: Condition,
        result: str,
        title: str,
    ) -> dict[str, str]:
        study, scale = self.study, self.scale
        return {
            ITEM_ID: item_id(study[STUDY_ID], scale.name, result, name),
            "title": f"{study['label']}, {title}" if title else study["label"],
            "report": study["report"],
            "domain": domain,
            "question": question,
            "meaning": "\n".join(meaning),
            "choices": "|".join(choices),
            "asked_if": self._asked_if(name, condition, result),
            "judged": "",
            "members": "\n".join(
                item_id(report, scale.name, result, name) for report in study["report_ids"].split("; ")
            ),
        }

    def _asked_if(self, name: str, condition: Condition, result: str) -> str:
        """The condition on full ids, including that there is a result at all, on which everything about it depends."""
        gates = [
            {item.id: frozenset(item.answers) - item.ends}
            for item in self.scale.items
            if item.ends and item.id != name and name not in self.once and not (result == "" and self.scale.by_result)
        ]
        alternatives: list[Any] = [dict(alternative) for alternative in condition] or ([{}] if gates else [])
        for gate in gates:
            alternatives = [gate | alternative for alternative in alternatives]
        named = [
            [
                [
                    item_id(self.study[STUDY_ID], self.scale.name, "" if other in self.once else result, other),
                    sorted(words),
                ]
                for other, words in alternative.items()
            ]
            for alternative in alternatives
        ]
        return json.dumps(named, ensure_ascii=False) if named else ""


def _in_words(condition: Condition) -> str:
    """``2.1 is NI, PY, Y, or 2.2 is NI``."""
    return ", or ".join(
        " and ".join(f"{item} is {'/'.join(sorted(words))}" for item, words in alternative.items())
        for alternative in condition
    )


def instrument_of(study: Mapping[str, str], instruments: Mapping[str, str]) -> str:
    """The instrument for the design of a study.

    Raises:
        PrismakeError: the protocol names none for this design.
    """
    if study["design"] not in instruments:
        raise PrismakeError(
            f"the design “{study['design']}” of {study['label']} has no instrument.",
            where="config/config.yaml, appraisal.instruments",
            remedy=f"Name one, or {NONE} if it is not to be appraised. There are some for {', '.join(instruments)}.",
        )
    return instruments[study["design"]]
