"""Names of stages, routes and columns that more than one room uses."""

from __future__ import annotations

DUPLICATES, MERGES = "duplicates", "merges"
TITLE_ABSTRACT, FULL_TEXT = "title_abstract", "full_text"
APPRAISAL, EXTRACTION, CERTAINTY = "appraisal", "extraction", "certainty"
STAGES_BEFORE_POOLING = (DUPLICATES, MERGES, TITLE_ABSTRACT, FULL_TEXT, APPRAISAL, EXTRACTION)
STAGES = (*STAGES_BEFORE_POOLING, CERTAINTY)
"""The stages in which people are asked, in the order of the review."""

RECORD_ID, REPORT_ID, STUDY_ID, ITEM_ID = "record_id", "report_id", "study_id", "item_id"
"""The columns by which rows of different tables belong together; workflow/schemas/tables.yaml has every column."""

SETTLED = "Settled"  # the heading under which the adjudicator answers
CONSENSUS = "consensus"  # the owner of the adjudicator's sheet
TOGETHER = " = "  # separates the record ids when a row of the consensus sheet covers several records
WAITS_FOR = "waits_for"  # column of a queue: items, one per line; the row is offered once any of them is included
