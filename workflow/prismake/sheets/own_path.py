"""Where one reviewer's answers to an instrument lead: questions not asked, proposals, judgements that differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from prismake.appraisal.proposals import proposals
from prismake.panel.question_paths import Paths, off_path
from prismake.protocol.instrument_model import NOT_ASKED
from prismake.sheets.answers import SheetAnswers
from prismake.sheets.layout import ANSWER


@dataclass(frozen=True)
class OwnPath:
    """What follows from the answers of one reviewer.

    ``away``: items that these answers do not lead to. ``proposals``: proposed judgement by item. ``unexplained``:
    judgements that differ from their proposal without a reason; they do not count until a reason is given.
    """

    away: frozenset[str] = frozenset()
    proposals: Mapping[str, str] = field(default_factory=dict)
    unexplained: frozenset[str] = frozenset()

    def counted(self, answers: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
        """The answers that count."""
        if not self.away and not self.unexplained:
            return answers
        return {
            **{item: given for item, given in answers.items() if item not in self.unexplained},
            **{item: {ANSWER: NOT_ASKED} for item in self.away},
        }

    def text(self, item: str) -> str:
        """The text that the sheet shows under Proposed."""
        return NOT_ASKED if item in self.away else self.proposals.get(item, "")


def own_judgements(proposed: Mapping[str, str], own: SheetAnswers, *, with_reasons: bool) -> OwnPath:
    """A reviewer's judgements on proposals that are the same for everybody.

    Args:
        proposed: proposed judgement by item, for those that have one.
        own: what the sheet says.
        with_reasons: whether the reasons could be read; without, no judgement is doubted for want of one.
    """
    given = {item: answer.get(ANSWER, "") for item, answer in own.answers.items()}
    differs = (item for item, word in proposed.items() if given.get(item) and given[item] != word)
    unexplained = frozenset(item for item in differs if with_reasons and not own.reasons.get(item))
    return OwnPath(frozenset(), proposed, unexplained)


def own_path(rows: Iterable[str], paths: Paths, own: SheetAnswers, *, with_reasons: bool) -> OwnPath:
    """The path that a reviewer's answers take through an instrument.

    Args:
        rows: the items of the queue.
        paths: conditions by item.
        own: what the sheet says.
        with_reasons: whether the reasons could be read; without, no judgement is doubted for want of one.
    """
    rows = [row for row in rows if row.count("|") > 1]
    away = off_path(paths, own.answers, ANSWER)
    given = {item: answer.get(ANSWER, "") for item, answer in own.answers.items() if item not in away}
    proposed = {item: word for item, word in proposals(rows, given).items() if item not in away}
    return replace(own_judgements(proposed, own, with_reasons=with_reasons), away=away)
