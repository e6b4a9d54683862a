"""Stories: what happens after something went wrong, and while it is being put right."""

from __future__ import annotations

import os
import shutil

import openpyxl
import pandas as pd
from played import ANSWERS
from prismake.kept import repair
from prismake.kept.sheet_copies import copies
from stories import Story, story

LAST = "sorted or moved"
FULL, NUMBERS, STARS, SETTLED = "read full_text", "read extraction", "read appraisal", "read consensus"


@story()
def sorted_and_then_one_mind_changed(s: Story) -> None:
    undo = s.put_back()
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    with s.hand() as hand:
        hand.put(hand.cell("Decision", 7), "maybe")
    s.run("Decision")
    s.run("Decision")
    undo()
    s.run()
    s.answer(5, "maybe")
    s.run()


@story()
def sorted_and_restored(s: Story) -> None:
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    s.restore()
    s.run()
    s.answer(2, "include")
    s.answer(7, "maybe")
    s.run()


@story()
def sorted_and_accepted_and_one_mind_changed(s: Story) -> None:
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    s.accept()
    s.read_as()
    s.run()
    s.answer(2, "include")
    s.run()


@story()
def accepted_by_mistake_and_put_back_from_a_copy(s: Story) -> None:
    good = dict(s.meant["anna"])
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    s.accept()
    s.read_as()
    s.run()
    s.restore(number=1)
    s.meant["anna"] = good
    s.run()
    s.answer(0, "exclude")
    s.run()


@story()
def accepted_and_sorted_again_before_the_run(s: Story) -> None:
    """What is accepted is the sheet as it was then, not what becomes of it."""
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    s.accept()
    with s.hand() as hand:
        hand.sort(hand.span("Decision"), down=True)
    s.run("Decision")


@story()
def slipped_and_half_put_right(s: Story) -> None:
    with s.hand() as hand:
        hand.push_down(hand.span("Decision", 2, 6))
    s.run("Decision")
    with s.hand() as hand:
        hand.put_all("Decision", ANSWERS[:6])
    s.run("Decision")
    with s.hand() as hand:
        hand.put_all("Decision", [*ANSWERS, "", "", "", "", ""])
    s.run()


@story()
def cleared_and_half_answered_again(s: Story) -> None:
    with s.hand() as hand:
        hand.clear(hand.span("Decision"))
    s.run("Decision")
    with s.hand() as hand:
        hand.put_all("Decision", ANSWERS[:6])
    s.run("Decision")
    with s.hand() as hand:
        hand.put_all("Decision", ANSWERS)
    s.run()


@story()
def fed_while_it_is_held_back(s: Story) -> None:
    undo = s.put_back()
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    s.feed(3)
    s.run(LAST)
    undo()
    s.run()
    s.answer(13, "include")
    s.run()


@story()
def the_sheet_deleted_and_restored(s: Story) -> None:
    s.place.anna.unlink()
    s.run("gone")
    s.restore()
    s.run()
    s.answer(4, "include")
    s.run()


@story()
def saved_as_ods_again_and_again(s: Story) -> None:
    with s.hand() as hand:
        hand.save_as(".ods")
    s.run()
    s.feed(2)
    s.run()
    s.answer(12, "include")
    s.run()


@story()
def edited_in_the_ods_that_was_taken_over(s: Story) -> None:
    """LibreOffice still has the ods open and saves it again, after its rows went into the workbook."""
    with s.hand() as hand:
        hand.save_as(".ods")
    shutil.copy(s.place.anna.with_suffix(".ods"), s.place.folder.parent / "open.ods")
    s.feed(2)
    s.run()
    s.answer(12, "include")
    shutil.copy(s.place.folder.parent / "open.ods", s.place.anna.with_suffix(".ods"))
    s.run("both edited")


@story()
def a_copy_in_the_history_filled_in(s: Story) -> None:
    """The message names a copy; somebody opens it there and goes on in it."""
    s.answer(1, "include")
    s.run()
    copy = copies(s.place.anna)[0].path
    book = openpyxl.load_workbook(copy)
    book.worksheets[1].cell(4, 5).value = "include"
    book.save(copy)
    os.utime(copy, (4_000_000_000, 4_000_000_000))
    s.run(copy.name)
    s.restore(number=0)
    s.mean(2, "include")
    s.run()


@story()
def a_few_answers_moved_at_a_time(s: Story) -> None:
    """A sort that comes in pieces, each too small for a pattern."""
    with s.hand() as hand:
        hand.sort(hand.span("Decision", 4, 7))
    s.run("Decision")
    with s.hand() as hand:
        hand.sort(hand.span("Decision", 4, 9))
    s.run("Decision")
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run("Decision")


@story()
def an_answer_cleared_and_given_again(s: Story) -> None:
    s.answer(2, "")
    s.run("pubmed:002")
    s.run("pubmed:002")
    s.answer(2, "exclude")
    s.run()


@story()
def a_row_deleted_and_pasted_back(s: Story) -> None:
    with s.hand() as hand:
        hand.move(hand.table(5, 5, left=hand.header[0]), "A40")
        hand.delete_rows(5)
    s.run()
    with s.hand() as hand:
        hand.delete_rows(39)
    s.mean(3, "")
    s.run("pubmed:003")
    s.restore(number=2)
    s.mean(3, ANSWERS[3])
    s.run()


@story()
def six_runs_with_two_minds_changed_in_each(s: Story) -> None:
    for turn in range(6):
        s.answer(turn, "maybe" if ANSWERS[turn] != "maybe" else "exclude")
        s.answer(11 - turn, "maybe" if ANSWERS[11 - turn] != "maybe" else "exclude")
        s.run()


@story()
def two_sheets_exchanged_and_both_accepted(s: Story) -> None:
    anna, ben = s.place.anna.read_bytes(), s.place.ben.read_bytes()
    s.place.anna.write_bytes(ben)
    s.place.ben.write_bytes(anna)
    s.run("the sheet of")
    s.accept("anna")
    s.meant["anna"] = dict(s.meant["ben"])
    s.run("the sheet of")


@story()
def everything_in_the_history_deleted(s: Story) -> None:
    """A tidy person: the sheets are what is left, and their answers count."""
    shutil.rmtree(s.place.folder / "history")
    s.run(silent=False)
    s.answer(1, "include")
    s.run(silent=False)


@story()
def the_answers_read_last_deleted_and_the_sheet_sorted(s: Story) -> None:
    """Only the list of the answers read last is gone; the log of what was read has them still."""
    (s.place.folder / "history" / "title_abstract.answers.json").unlink()
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run("Decision")


@story()
def marks_of_git_in_the_answers_and_the_sheet_sorted(s: Story) -> None:
    file = s.place.folder / "history" / "title_abstract.answers.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> other\n", encoding="utf-8")
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    try:
        s.run("conflict")
    finally:
        planned = repair.plan(file)
        assert planned.act
        repair.carry_out(planned)
    s.run("Decision")


@story()
def the_state_of_the_sheets_lost_while_held_back(s: Story) -> None:
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    (s.place.folder / "history" / "title_abstract.json").unlink()
    s.run("Decision")


@story()
def an_older_backup_of_the_history(s: Story) -> None:
    """git checkout of the history alone: fewer answers had been read then than the sheet has."""
    history = s.place.folder / "history"
    shutil.copytree(history, s.place.folder.parent / "old")
    for item in range(2):
        s.answer(item, "maybe")
        s.run()
    shutil.rmtree(history)
    shutil.copytree(s.place.folder.parent / "old", history)
    s.run()


@story(start=SETTLED)
def settled_and_then_agreed(s: Story) -> None:
    """What the adjudicator settled stays when the reviewers come to agree, and comes back when they differ again."""
    s.answer(0, "exclude")
    s.run(silent=False)
    s.answer(0, "include")
    s.run(silent=False)


@story(start=SETTLED)
def settlements_sorted_and_put_right(s: Story) -> None:
    undo = s.put_back("consensus")
    with s.hand("consensus") as hand:
        hand.sort(hand.span("Settled"))
    s.run(LAST)
    undo()
    s.run()


@story(start=SETTLED)
def the_adjudicator_restored(s: Story) -> None:
    with s.hand("consensus") as hand:
        hand.clear(hand.span("Settled"))
    s.run("Settled")
    s.restore("consensus")
    s.run()


@story(start=STARS)
def judgements_slipped_and_restored(s: Story) -> None:
    with s.hand() as hand:
        hand.pull_up(hand.cell("Answer", 3))
    s.run("Answer")
    s.restore()
    s.run()


@story()
def restored_twice_with_an_edit_between(s: Story) -> None:
    with s.hand() as hand:
        hand.clear(hand.span("Decision", 3, 9))
    s.run("Decision")
    s.restore()
    s.run()
    s.answer(3, "include")
    s.run()
    with s.hand() as hand:
        hand.clear(hand.span("Decision", 3, 9))
    s.run("Decision")
    s.restore()
    s.run()


@story()
def restored_before_the_mistake_was_read(s: Story) -> None:
    """The mistake was seen at once; new answers that nobody has read go with it, and are kept aside."""
    s.answer(2, "include")
    with s.hand() as hand:
        hand.fill_down(hand.span("Decision"))
    s.restore()
    s.mean(2, "exclude")
    s.run()


@story()
def slipped_and_fed_and_restored(s: Story) -> None:
    """Rows are new, and the answers slipped before they could be added."""
    with s.hand() as hand:
        hand.pull_up(hand.cell("Decision", 3))
    s.feed(4)
    s.run(LAST)
    s.restore()
    s.run()
    s.answer(15, "exclude")
    s.run()


@story()
def accepted_although_rows_of_another_sheet_are_in_it(s: Story) -> None:
    """Ben goes on in the sheet of Anna, who has left: it is accepted once, and good from then on."""
    s.place.ben.write_bytes(s.place.anna.read_bytes())
    s.run("the sheet of anna")
    s.accept("ben")
    s.meant["ben"] = dict(s.meant["anna"])
    s.run()
    s.answer(2, "include", "ben")
    s.run()
    with s.hand("ben") as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    s.restore("ben")
    s.run()


@story()
def restored_from_a_copy_with_fewer_rows(s: Story) -> None:
    s.feed(3)
    s.run()
    for item in (12, 13, 14):
        s.answer(item, "include")
    s.run()
    s.restore(number=len(copies(s.place.anna)) - 1)
    for item in (12, 13, 14):
        s.mean(item, "")
    s.run("pubmed:012")
    for item in (12, 13, 14):
        s.answer(item, "include")
    s.run()


@story(start=SETTLED)
def a_reviewer_changes_what_was_settled(s: Story) -> None:
    """What Anna says changes beside a settlement: the row says so, and what was settled stays."""
    s.answer(0, "maybe")
    s.run(silent=False)
    s.answer(0, "include")
    s.run(silent=False)


@story(start=SETTLED)
def the_adjudicator_sorts_and_goes_on(s: Story) -> None:
    undo = s.put_back("consensus")
    with s.hand("consensus") as hand:
        hand.sort(hand.span("Settled"))
    s.run(LAST)
    with s.hand("consensus") as hand:
        hand.put(hand.cell("Settled", 4), "include")
    s.run("Settled")
    undo()
    s.run()


@story(start=SETTLED)
def disagreements_shown_without_names(s: Story) -> None:
    s.protocol(consensus="blinded")
    s.run()
    s.answer(3, "include", "consensus", "Settled")
    s.run()
    s.protocol(consensus="open")
    s.run()


@story()
def a_notice_typed_over_and_taken_away(s: Story) -> None:
    with s.hand() as hand:
        hand.put(hand.cell("Notices", 4), "ask Ben")
    s.run("Notices")
    with s.hand() as hand:
        hand.clear(hand.cell("Notices", 4))
    s.run()


@story()
def a_sheet_that_comes_as_csv_and_back(s: Story) -> None:
    table = pd.read_excel(s.place.anna, sheet_name=1, dtype=str, keep_default_na=False, engine="openpyxl")
    s.place.anna.rename(s.place.folder.parent / "open.xlsx")
    table.to_csv(s.place.anna.with_suffix(".csv"), index=False)
    s.run("gone")
    s.place.anna.with_suffix(".csv").unlink()
    table.loc[2, "Decision"] = "include"
    table.to_excel(s.place.anna, index=False)
    s.mean(2, "include")
    s.run()
    s.feed(2)
    s.run()
