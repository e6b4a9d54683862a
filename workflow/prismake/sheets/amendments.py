"""Who has judged a stage, and under which version of the criteria, taken from the answers rather than the protocol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from prismake.core.labels import join
from prismake.core.names import CONSENSUS
from prismake.core.states import SettledBy, State
from prismake.panel.decisions import Decision
from prismake.sheets.stage import StageSheets


def judged_by(sheets: StageSheets, decisions: Sequence[Decision]) -> dict[str, Any]:
    """Who has answered, including those who have left the team, and how many people usually answer an item.

    ``people``: for each reviewer, the items with an answer that counts. ``each``: the most frequent number of reviewers
    per settled item, 0 if no item is settled.
    """
    people: Counter[str] = Counter()
    numbers: Counter[int] = Counter()
    for decision in decisions:
        answering = [who for who, given in decision.answers.items() if any(given.values())]
        people.update(answering)
        if answering and decision.state == State.SETTLED:
            numbers[len(answering)] += 1
    each = max(numbers, key=lambda number: (numbers[number], number), default=0)
    return {"people": {who: people[who] for who in sheets.reviewers if people[who]}, "each": each}


def criteria_status(sheets: StageSheets, decisions: Sequence[Decision]) -> dict[str, Any] | None:
    """How many decisions were made under each version of question and criteria; None if the stage has no criteria.

    Returns:
        ``versions``: the texts, oldest first; ``decided_under``: number of settled items for each version. An item
        counts under the earliest version that its reviewers used, or under the adjudicator's version if the adjudicator
        settled it.
    """
    offered = sheets.kept_stage.offered
    if not offered.criteria:
        return None
    version_of, counts = offered.version_of(), [0] * len(offered.criteria)
    for decision in decisions:
        if decision.state != State.SETTLED:
            continue
        judges = [who for who, given in decision.answers.items() if any(given.values())]
        if decision.settled_by == SettledBy.CONSENSUS:
            judges = [CONSENSUS]
        counts[min((version_of.get((who, decision.item), 0) for who in judges), default=0)] += 1
    return {"versions": [dict(version) for version in offered.criteria], "decided_under": counts}


def amendment_words(status: dict[str, Any] | None) -> list[str]:
    """A sentence if some decisions were made before the criteria were last amended; otherwise empty."""
    if not status or len(status["decided_under"]) < 2:
        return []
    former, every = sum(status["decided_under"][:-1]), sum(status["decided_under"])
    if not former:
        return []
    made = "1 of 1 decision was" if every == 1 else f"{former:,} of {every:,} decisions were"
    return [
        f"{made} made under the criteria as they were before they were last amended, and count as they are. Where the "
        "amendment may change one, whoever made it looks at it again; the report says how many there are."
    ]


def team_words(sheets: StageSheets) -> list[str]:
    """Who is no longer among the reviewers but has answers that count."""
    words = []
    for who in sheets.kept_stage.left:
        if number := len(sheets.started(who)):
            answered = "1 answer" if number == 1 else f"{number:,} answers"
            words.append(f"{who} is no longer among the reviewers; {answered} of {who} are kept and count on.")
    return words


def renamed_in_protocol(sheets: StageSheets) -> list[tuple[str, str]]:
    """(where, sentence) for a name changed only in the protocol, which cannot be distinguished from a new reviewer."""
    left = [who for who in sheets.kept_stage.left if sheets.started(who)]
    first_team = {who for batch in sheets.initial_allocation.batches[:1] for who in batch.team}
    new = [who for who in sheets.setup.team if who not in first_team and not sheets.started(who)]
    if not left or not new:
        return []
    commands = [f"prismake rename-reviewer {old} {name}" for old in left for name in new]
    text = (
        f"{join(left)} {'is' if len(left) == 1 else 'are'} no longer among the reviewers, and {join(new)} "
        f"{'has' if len(new) == 1 else 'have'} not answered anything yet. If that is the same person under another "
        f"name, type: {' or '.join(commands)}. If not, nothing has to be done: the answers that were given are kept "
        "and count, and what was not answered is handed on."
    )
    return [("config/config.yaml, reviewers", text)]
