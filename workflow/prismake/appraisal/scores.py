"""Studies and results judged: the panel's answers to an instrument as stars, domain judgements and an overall word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from prismake.appraisal.appraisal_rows import instrument_of
from prismake.appraisal.light_kinds import part_kind, stars_of
from prismake.appraisal.proposals import answers_of, parts_of, row_of
from prismake.core.names import ITEM_ID, STUDY_ID
from prismake.core.notes import NOT_REPORTED
from prismake.protocol.instruments import (
    NONE,
    NOT_ASKED,
    OVERALL,
    Appraisal,
    Instrument,
    Item,
    concern_id,
    in_words,
    load_instrument,
    score,
)

if TYPE_CHECKING:
    import pandas as pd

NOT_APPRAISED, NO_RULE = "not appraised", "no overall judgement"
NOT_APPLICABLE = "not applicable"
_KEYS = (STUDY_ID, "label", "instrument")
_ANSWERS = (*_KEYS, "item", "domain", "answer", "stars", "support", "result", "proposed", "why")
# The first ten have always been in the table; domains of other instruments follow at the end.
_SCORES = (
    *(*_KEYS, "selection", "comparability", "outcome", "total", "maximum", "overall", "unanswered"),
    *("result", "proposed", "why", "unsupported"),
)


def appraise(
    studies: pd.DataFrame,
    decisions: pd.DataFrame,
    notes: pd.DataFrame,
    instruments: Mapping[str, str],
    overall: str,
    outcomes: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables of answers (one row per study or result and item) and of scores (one row per study or result).

    Items that do not apply are listed with the answer ``not applicable`` and no stars, items off the path of answers
    with ``not asked``; undecided items have an empty answer. Judgements are rows of their own, under the name of their
    domain and under ``overall``. ``maximum`` counts only the stars that the study could earn (5/6 for a cohort without
    a comparison). ``overall`` is understandable on its own: *high quality*, *high risk of bias*. ``why``: judgements
    that differ from what the published algorithm proposes, with the reason. ``unsupported``: answers without a
    quotation or page. Scores end with a column per domain and, for checklists whose domains nobody judges, per item.

    Args:
        outcomes: title by name of the outcomes, for instruments that judge results.
    """
    import pandas as pd

    panel = _Panel(decisions, notes)
    rows: list[dict[str, str]] = []
    scores: list[dict[str, str]] = []
    for study in studies.sort_values(["label", STUDY_ID], kind="stable").to_dict("records"):
        name = instrument_of(study, instruments)
        if name == NONE:
            none = {STUDY_ID: study[STUDY_ID], "label": study["label"], "instrument": NONE}
            scores.append({**none, "overall": NOT_APPRAISED, "unanswered": "0"})
            continue
        scale = load_instrument(name)
        for result in (outcomes or {"": ""}) if scale.by_result else [""]:
            judged = _Judged(panel, study, scale, result, overall)
            rows += judged.rows()
            scores.append(judged.scores())
    domains = dict.fromkeys(column for row in scores for column in row if column not in _SCORES)
    return (
        pd.DataFrame(rows, columns=list(_ANSWERS), dtype=str).fillna(""),
        pd.DataFrame(scores, columns=[*_SCORES, *domains], dtype=str).fillna(""),
    )


class _Panel:
    """The panel's settled answers and notes, by row id."""

    def __init__(self, decisions: pd.DataFrame, notes: pd.DataFrame) -> None:
        self.answers: dict[str, str] = decisions.set_index(ITEM_ID)["answer"].to_dict()
        self.support = _joined(notes, "note")
        self.reasons = _joined(notes, "why") if "why" in notes else {}


def _joined(notes: pd.DataFrame, column: str) -> dict[str, str]:
    texts = notes[notes[column] != ""].groupby(ITEM_ID)[column]
    return texts.agg(lambda group: " / ".join(dict.fromkeys(group))).to_dict()


class _Judged:
    """One study, or one result of it, judged by its instrument."""

    def __init__(self, panel: _Panel, study: Mapping[str, str], scale: Instrument, result: str, overall: str) -> None:
        self.panel, self.scale, self.result = panel, scale, result
        self.study = str(study[STUDY_ID])
        self.base = {STUDY_ID: self.study, "label": str(study["label"]), "instrument": scale.name}
        self.given = answers_of(scale, self.study, result, panel.answers)
        self.score: Appraisal = score(scale, self.given, overall=overall)

    @property
    def reported(self) -> bool:
        """Whether there is a result to judge."""
        return not any(self.given.get(item.id) in item.ends for item in self.scale.items)

    def rows(self) -> Iterator[dict[str, str]]:
        """Items and judgements in the order of the sheet."""
        for item in self.scale.items:
            yield self._row(item.id, item.domain, self._answer(item))
        for part in parts_of(self.scale) if self.reported else ():
            yield self._row(part, part.removesuffix(concern_id("")), self.given[part])

    def _answer(self, item: Item) -> str:
        if item.not_applicable:
            return NOT_APPLICABLE
        return NOT_ASKED if item.id in self.score.not_asked else self.given.get(item.id, "")

    def _row(self, part: str, domain: str, answer: str) -> dict[str, str]:
        row, stars = row_of(self.scale, self.study, self.result, part), self.score.stars
        return {
            **self.base,
            "item": part,
            "domain": domain,
            "answer": answer,
            "stars": str(stars[part]) if part in stars and self.scale.with_stars else "",
            "support": self.panel.support.get(row, ""),
            "result": self.result,
            "proposed": self.score.proposals.get(part, "") if part in self.given else "",
            "why": self.panel.reasons.get(row, ""),
        }

    def scores(self) -> dict[str, str]:
        """The row of the table of scores."""
        scale, judged = self.scale, self.score
        row = {
            **self.base,
            "total": str(judged.total) if scale.with_stars else "",
            "maximum": str(judged.maximum) if scale.with_stars else "",
            "overall": self._overall(),
            "unanswered": str(len(self._missing())),
            "result": self.result,
            "proposed": in_words(scale, judged.proposals.get(OVERALL, "")),
            "why": self._differences(),
            "unsupported": str(self._unsupported()),
        }
        if scale.with_stars:
            return row | {name: str(stars) for name, stars in judged.domains.items()}
        if not any(parts_of(scale)):  # a checklist, which nobody judges as a whole or in parts
            return row | {item_column(item): self._answer(item) for item in scale.items}
        return row | {part: self._word(part) for part in parts_of(scale) if part != OVERALL}

    def _word(self, part: str) -> str:
        answer = self.given[part]
        return in_words(self.scale, answer) if part in self.scale.details else answer and f"{answer} concern"

    def _overall(self) -> str:
        if not self.reported:
            return NOT_REPORTED
        if self.scale.with_stars or self.score.overall:
            return in_words(self.scale, self.score.overall)
        return "" if self.scale.judged_overall or self._missing() else NO_RULE

    def _missing(self) -> list[str]:
        """Questions and judgements that are not settled."""
        if not self.reported:
            return []
        return [*self.score.unanswered, *(part for part in parts_of(self.scale) if not self.given[part])]

    def _differences(self) -> str:
        """Each judgement that differs from its proposal, with the reason."""
        texts = []
        for part, proposed in self.score.proposals.items():
            judgement = self.score.judgements.get(part)
            if judgement and judgement != proposed and self.reported:
                row = row_of(self.scale, self.study, self.result, part)
                why = self.panel.reasons.get(row) or self.panel.support.get(row) or "no reason given"
                texts.append(f"{part}: {judgement} instead of {proposed} ({why})")
        return "; ".join(texts)

    def _unsupported(self) -> int:
        proposed = self.score.proposals
        needed = [
            part
            for part, answer in self.given.items()
            # a judgement that follows the published algorithm rests on what supports the answers below it
            if answer and answer != NOT_ASKED and answer != proposed.get(part)
        ]
        rows = (row_of(self.scale, self.study, self.result, part) for part in needed)
        return sum(not (self.panel.support.get(row) or self.panel.reasons.get(row)) for row in rows)


def item_column(item: Item) -> str:
    """The column of the table of scores with the answers to an item of a checklist."""
    return f"item {item.id}"


def lights(appraisal: Mapping[str, Any] | pd.DataFrame, outcomes: Mapping[str, str]) -> pd.DataFrame:
    """The content of a traffic-light plot: judgements if people give them, otherwise items; one block per instrument.

    A result is a row of its own, labelled with study and outcome. Two more columns: ``kind``, that of its light, and
    ``most``, the stars that the item can earn.
    """
    import pandas as pd

    table = pd.DataFrame(appraisal)
    if table.empty:
        return table
    judged = {name: set(parts_of(load_instrument(name))) for name in table["instrument"].unique()}
    shown = [
        item in judged[name] if judged[name] else True
        for name, item in zip(table["instrument"], table["item"], strict=True)
    ]
    table = _marked(table[shown])
    named = table["result"].map(lambda name: outcomes.get(name) or name)
    table["label"] = table["label"] + named.map(lambda title: f", {title}" if title else "")
    table[STUDY_ID] = table[STUDY_ID] + table["result"].map(lambda name: f"|{name}" if name else "")
    return table


def _marked(table: pd.DataFrame) -> pd.DataFrame:
    cells = list(zip(table["instrument"], table["item"], table["answer"], table["stars"], strict=True))
    return table.assign(
        kind=[part_kind(load_instrument(name), item, answer, stars) for name, item, answer, stars in cells],
        most=[stars_of(load_instrument(name), item) for name, item, _, _ in cells],
    )


def stars_only(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of instruments that give stars; answers with the columns ``kind`` and ``most`` (`lights`)."""
    if table.empty:
        return table
    given = {name: name != NONE and load_instrument(name).with_stars for name in table["instrument"].unique()}
    table = table[table["instrument"].map(given).astype(bool)]
    return _marked(table) if "item" in table else table


def questions(scores: pd.DataFrame) -> dict[str, dict[str, str]]:
    """What figures print below: by instrument, the question of each item or the label of each judged domain."""
    labels: dict[str, dict[str, str]] = {}
    for name in sorted(set(scores["instrument"]) - {NONE}):
        scale = load_instrument(name)
        judged = {domain.name: domain.label for domain in scale.details.values() if domain.judged}
        concerns = {concern_id(d.name): f"{d.label}: applicability" for d in scale.details.values() if d.concern}
        labels[name] = judged | concerns or {item.id: item.question for item in scale.items}
    return labels
