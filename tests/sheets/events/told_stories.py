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
def renamed_while_it_is_held_back(s: Story) -> None:
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    s.rename("anna", "clara")
    s.protocol(reviewers=["clara", "ben"])
    s.run(LAST)
    s.restore("clara")
    s.run()
    s.answer(1, "include", "clara")
    s.run()


@story()
def renamed_after_it_was_put_right(s: Story) -> None:
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    s.restore()
    s.rename("anna", "clara")
    s.protocol(reviewers=["clara", "ben"])
    s.run()
    s.restore("clara")
    s.run()


@story()
def a_sheet_saved_under_the_old_name_after_the_renaming(s: Story) -> None:
    """Somebody still had it open."""
    shutil.copy(s.place.anna, s.place.folder.parent / "open.xlsx")
    s.rename("anna", "clara")
    s.protocol(reviewers=["clara", "ben"])
    s.run()
    shutil.copy(s.place.folder.parent / "open.xlsx", s.place.anna)
    s.run("title_abstract.anna.xlsx")


@story(start=NUMBERS)
def a_heading_changed_while_it_is_held_back(s: Story) -> None:
    undo = s.put_back()
    with s.hand() as hand:
        hand.sort(hand.span("Events"))
    s.run("Events")
    fields = s.stage.config["extraction"]["fields"]
    fields[0]["label"] = "Cured"
    s.protocol(extraction={"fields": fields})
    s.run("Cured")
    undo()
    s.run()
    s.answer(1, "18", header="Cured", name="events")
    s.run()


@story(start=NUMBERS)
def headings_exchanged(s: Story) -> None:
    """Two fields get each other's heading; the answers stay with their fields."""
    fields = s.stage.config["extraction"]["fields"]
    fields[0]["label"], fields[1]["label"] = fields[1]["label"], fields[0]["label"]
    s.protocol(extraction={"fields": fields})
    s.run()
    s.answer(1, "18", header="Participants", name="events")
    s.run()
    s.restore()
    s.run()


@story(start=NUMBERS)
def a_field_replaced_by_another_under_the_same_heading(s: Story) -> None:
    fields = s.stage.config["extraction"]["fields"]
    fields[0] = {"name": "deaths", "label": "Events", "type": "count"}
    s.protocol(extraction={"fields": fields})
    for who in ("anna", "ben"):
        s.meant[who] = {key: value for key, value in s.meant.get(who, {}).items() if key[1] != "events"}
        s.before[who] = {key: value for key, value in s.before.get(who, {}).items() if key[1] != "events"}
    s.run("events")
    s.run("events")


@story(start=NUMBERS)
def a_field_of_another_type(s: Story) -> None:
    """A count becomes a number with decimals and a count again: what is no count is asked back."""
    fields = s.stage.config["extraction"]["fields"]
    fields[0]["type"] = "number"
    s.protocol(extraction={"fields": fields})
    s.meant["anna"] |= {k: f"{v}.0" for k, v in s.meant["anna"].items() if k[1] == "events"}
    s.run()
    s.answer(1, "17.5", header="Events", name="events")
    s.run()
    fields[0]["type"] = "count"
    s.protocol(extraction={"fields": fields})
    s.meant["anna"] |= {k: v.removesuffix(".0") for k, v in s.meant["anna"].items() if k[1] == "events"}
    s.mean(1, "?", name="events")
    s.run("F3")


@story(start=NUMBERS)
def a_field_taken_out_and_put_back(s: Story) -> None:
    fields = list(s.stage.config["extraction"]["fields"])
    s.protocol(extraction={"fields": fields[:1] + fields[2:]})
    for who in ("anna", "ben"):
        s.meant[who] = {key: value for key, value in s.meant.get(who, {}).items() if key[1] != "total"}
    s.run("Participants")
    s.protocol(extraction={"fields": fields})
    for row, number in enumerate((40, 61, 33, 25, 80, 52, 77, 41, 39, 28, 96, 64)):
        s.mean(row, str(number), name="total")
    s.run()


@story(start=NUMBERS)
def a_field_added_while_a_column_is_missing(s: Story) -> None:
    undo = s.put_back()
    with s.hand() as hand:
        hand.put(hand.cell("Participants", 1), "N")
    s.run("Participants")
    fields = [
        *s.stage.config["extraction"]["fields"],
        {"name": "age", "label": "Age", "type": "number", "required": False},
    ]
    s.protocol(extraction={"fields": fields})
    s.run("Participants")
    undo()
    s.run()
    s.answer(0, "55", header="Age", name="age")
    s.mean(0, "55.0", name="age")
    s.run()


@story(start=NUMBERS)
def restored_to_before_a_field_was_added(s: Story) -> None:
    fields = [
        *s.stage.config["extraction"]["fields"],
        {"name": "age", "label": "Age", "type": "number", "required": False},
    ]
    s.protocol(extraction={"fields": fields})
    s.run()
    s.answer(0, "55", header="Age", name="age")
    s.mean(0, "55.0", name="age")
    s.run()
    s.restore(number=1)
    s.mean(0, "", name="age")
    s.run("55")
    s.answer(0, "55", header="Age", name="age")
    s.mean(0, "55.0", name="age")
    s.run()


@story(start=FULL)
def a_reason_renamed(s: Story) -> None:
    s.protocol(full_text={"reasons": ["Wrong patients", "Wrong outcome"]})
    s.run("Wrong population")
    s.protocol(full_text={"reasons": ["Wrong population", "Wrong outcome"]})
    s.run()


@story(start=FULL)
def a_reason_in_other_letters(s: Story) -> None:
    s.protocol(full_text={"reasons": ["WRONG POPULATION", "Wrong outcome"]})
    for who in s.meant:
        s.meant[who] = {k: v.replace("Wrong population", "WRONG POPULATION") for k, v in s.meant[who].items()}
        s.before[who] = {k: v.replace("Wrong population", "WRONG POPULATION") for k, v in s.before[who].items()}
    s.run()


@story(start=FULL)
def a_reason_renamed_while_it_is_held_back(s: Story) -> None:
    """What was read last has no place in the protocol any more: it is named, and the stage goes on."""
    undo = s.put_back()
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    s.protocol(full_text={"reasons": ["Wrong patients", "Wrong outcome"]})
    s.run(LAST, "Wrong population")
    undo()
    s.run("Wrong population")
    s.protocol(
        full_text={"reasons": ["Wrong patients", "Wrong outcome"]}, words={"Wrong patients": ["Wrong population"]}
    )
    s.meant["anna"] = {k: v.replace("Wrong population", "Wrong patients") for k, v in s.meant["anna"].items()}
    s.run()


@story(start=FULL)
def reasons_in_another_order(s: Story) -> None:
    s.protocol(full_text={"reasons": ["Wrong outcome", "Wrong population"]})
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
def the_notes_renamed_and_given_back(s: Story) -> None:
    with s.hand() as hand:
        hand.put(hand.cell("Note", 1), "Remarks of mine")
        hand.put(hand.cell("Note", 4), "new words")
    s.run("Note")
    with s.hand() as hand:
        hand.put("F1", "Note")
    s.mean(2, "new words", name="note")
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
def a_third_reviewer_who_comes_and_goes(s: Story) -> None:
    s.protocol(reviewers=["anna", "ben", "carl"])
    s.run()
    s.feed(2)
    s.run()
    s.protocol(reviewers=["anna", "ben"])
    s.run()


@story()
def a_reviewer_leaves_while_held_back(s: Story) -> None:
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    s.protocol(reviewers=["ben", "carl"])
    s.run("anna")
    s.run("anna")


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
def a_reviewer_renamed_after_settling(s: Story) -> None:
    s.rename("anna", "clara")
    s.protocol(reviewers=["clara", "ben"])
    s.run()
    s.answer(3, "include", "consensus", "Settled")
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


@story()
def renamed_and_renamed_back(s: Story) -> None:
    s.rename("anna", "clara")
    s.protocol(reviewers=["clara", "ben"])
    s.run()
    s.answer(2, "include", "clara")
    s.run()
    s.rename("clara", "anna")
    s.protocol(reviewers=["anna", "ben"])
    s.run()
    s.restore("anna")
    s.run()


@story()
def names_of_two_reviewers_exchanged_by_three_renamings(s: Story) -> None:
    for old, new in (("anna", "x"), ("ben", "anna"), ("x", "ben")):
        s.rename(old, new)
    s.run()
    s.answer(2, "include", "ben")
    s.run()


@story()
def criteria_amended_while_it_is_held_back(s: Story) -> None:
    undo = s.put_back()
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    s.protocol(criteria={"include": ["adults"], "exclude": []})
    s.run(LAST)
    undo()
    s.run()
    s.answer(0, "exclude")
    s.run()


@story()
def the_language_changed_while_it_is_held_back(s: Story) -> None:
    undo = s.put_back()
    with s.hand() as hand:
        hand.sort(hand.span("Decision"))
    s.run(LAST)
    s.protocol(language="de")
    s.run(LAST)
    undo()
    s.run()
    s.run()


@story()
def the_language_changed_and_restored_to_before(s: Story) -> None:
    s.protocol(language="de")
    s.run()
    s.restore(number=len(copies(s.place.anna)) - 1)
    s.run()
    s.protocol(language="en")
    s.run()
    s.answer(0, "exclude")
    s.run()


@story(start=FULL)
def a_reason_added_and_used_and_taken_out(s: Story) -> None:
    s.protocol(full_text={"reasons": ["Wrong population", "Wrong outcome", "Duplicate"]})
    s.run()
    s.answer(1, "Duplicate", header="Reason for exclusion", name="reason")
    s.run()
    s.protocol(full_text={"reasons": ["Wrong population", "Wrong outcome"]})
    s.mean(1, "", name="reason")
    s.run("Duplicate")


@story(start=FULL)
def two_reasons_become_one(s: Story) -> None:
    """The words of the second go on as words of the first."""
    s.protocol(full_text={"reasons": ["Wrong population"]}, words={"Wrong population": ["Wrong outcome"]})
    for who in ("anna", "ben"):
        s.meant[who] = {k: v.replace("Wrong outcome", "Wrong population") for k, v in s.meant.get(who, {}).items()}
    s.run()
    s.answer(2, "Wrong outcome", header="Reason for exclusion", name="reason")
    s.mean(2, "Wrong population", name="reason")
    s.run()


@story(start=NUMBERS)
def a_field_no_longer_required_and_required_again(s: Story) -> None:
    fields = s.stage.config["extraction"]["fields"]
    s.protocol(extraction={"fields": [{**fields[0], "required": False}, *fields[1:]]})
    s.run()
    s.protocol(extraction={"fields": fields})
    s.run()


@story(start=NUMBERS)
def fields_in_another_order(s: Story) -> None:
    fields = s.stage.config["extraction"]["fields"]
    s.protocol(extraction={"fields": fields[::-1]})
    s.run()
    s.answer(1, "18", header="Events", name="events")
    s.run()


@story(start=NUMBERS)
def a_heading_changed_by_hand_and_in_the_protocol(s: Story) -> None:
    """The same new heading, typed into the sheet before the protocol had it."""
    with s.hand() as hand:
        hand.put(hand.cell("Events", 1), "Cured")
    s.run("Events")
    fields = s.stage.config["extraction"]["fields"]
    fields[0]["label"] = "Cured"
    s.protocol(extraction={"fields": fields})
    s.run()
    s.answer(1, "18", header="Cured", name="events")
    s.run()


@story(start=NUMBERS)
def the_decimal_sign_set_after_it_was_asked(s: Story) -> None:
    s.answer(1, "1.061", header="Participants", name="total")
    s.mean(1, "?", name="total")
    s.run("can be")
    s.protocol(decimal_sign=",")
    s.mean(1, "1061", name="total")
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
