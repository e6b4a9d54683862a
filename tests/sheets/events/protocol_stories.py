"""Stories in which the protocol or the team changes between two runs."""

from __future__ import annotations

import shutil

from prismake.kept.sheet_copies import copies
from stories import Story, story

LAST = "sorted or moved"
FULL, NUMBERS, STARS, SETTLED = "read full_text", "read extraction", "read appraisal", "read consensus"


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


@story(start=SETTLED)
def a_reviewer_renamed_after_settling(s: Story) -> None:
    s.rename("anna", "clara")
    s.protocol(reviewers=["clara", "ben"])
    s.run()
    s.answer(3, "include", "consensus", "Settled")
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
