"""Names of stages, ways through the review and columns that more than one room uses."""

from __future__ import annotations

DUPLICATES, MERGES = "duplicates", "merges"
TITLE_ABSTRACT, FULL_TEXT = "title_abstract", "full_text"
APPRAISAL, EXTRACTION = "appraisal", "extraction"
STAGES = (DUPLICATES, MERGES, TITLE_ABSTRACT, FULL_TEXT, APPRAISAL, EXTRACTION)
"""The stages in which people are asked, in the order of the review."""

SETTLED = "Settled"  # the heading under which the adjudicator answers
CONSENSUS = "consensus"  # whose sheet the adjudicator's is
TOGETHER = " = "  # between the ids of several records that one row of the consensus sheet is about
WAITS_FOR = "waits_for"  # column of a queue: items, one a line, of which one must be included before the row is offered
