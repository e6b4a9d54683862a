"""What the published algorithms derive from one person's answers, by row of the sheet: computed, never an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prismake.appraisal.item_ids import Asked, asked_by, item_id
from prismake.protocol.instruments import (
    NOT_ASKED,
    OVERALL,
    Instrument,
    concern_id,
    load_instrument,
    on_path,
    row_choices,
)
from prismake.protocol.instruments import proposed as proposed_judgements


def proposals(rows: Iterable[str], answers: Mapping[str, str]) -> dict[str, str]:
    """Proposed judgement by row id, for those of ``rows`` that have one.

    Args:
        rows: ids of the rows of a sheet.
        answers: answer by row id; NOT_ASKED counts as none.
    """
    words: dict[str, str] = {}
    asked = [asked_by(row) for row in rows]
    row_ids = {item_id(*row) for row in asked}
    for (study, name), results in _results(asked).items():
        scale = load_instrument(name)
        for result in results:
            judged = judgements_of(scale, study, result, answers)
            for part, word in judged.items():
                row = row_of(scale, study, result, part)
                if row in row_ids:
                    words[row] = word
    return words


def judgements_of(scale: Instrument, study: str, result: str, answers: Mapping[str, str]) -> dict[str, str]:
    """Proposals for one result by domain, and under ``overall``."""
    given = answers_of(scale, study, result, answers)
    counted = on_path(scale.items, given)
    return proposed_judgements(scale, counted, {part: given.get(part, "") for part in (*scale.details, OVERALL)})


def answers_of(scale: Instrument, study: str, result: str, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers about one result by item, domain and ``overall``, including those given once for the study.

    An answer that the instrument no longer has, because it was changed, counts as none.
    """
    choices = {item.id: (*row_choices(item), NOT_ASKED) for item in scale.items}
    for part in parts_of(scale):
        is_concern = part not in scale.details and part != OVERALL
        choices[part] = scale.concerns if is_concern else (*scale.judgements, *scale.aside)
    given = {part: answers.get(row_of(scale, study, result, part), "") for part in choices}
    return {part: answer if answer in choices[part] else "" for part, answer in given.items()}


def parts_of(scale: Instrument) -> Iterator[str]:
    """What people judge: domains, concerns about applicability, and the overall risk of bias."""
    for domain in scale.details.values():
        if domain.judged:
            yield domain.name
        if domain.concern:
            yield concern_id(domain.name)
    if scale.judged_overall:
        yield OVERALL


def row_of(scale: Instrument, study: str, result: str, part: str) -> str:
    """The id of the row in which an item or a domain is answered: once per study, or for each result."""
    domain = scale.details.get(part)
    once = domain.once if domain else any(item.once for item in scale.items if item.id == part)
    return item_id(study, scale.name, "" if once else result, part)


def _results(asked: Iterable[Asked]) -> dict[tuple[str, str], dict[str, None]]:
    """The results by study and instrument; only "" if there are none."""
    results_of: dict[tuple[str, str], dict[str, None]] = {}
    for row in asked:
        results = results_of.setdefault((row.study, row.instrument), {})
        if row.result:
            results[row.result] = None
    return {key: results or {"": None} for key, results in results_of.items()}
