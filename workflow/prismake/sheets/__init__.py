"""Spreadsheets that people fill in: the only code that touches them.

``paths``    which file belongs to whom, and whether a program has it open
``layout``   the columns of a sheet
``queue``    what a stage asks about, read a column at a time
``xlsx``     the file format, written row by row
``workbook`` a new workbook
``growing``  rows added to a workbook that people have worked in
``reading``  rows out of whatever people saved
``oddcells`` cells that look filled and come out empty
``matching`` which item a row is about
``answers``  rows as answers, problems with their cells
``rearranged`` a column of answers sorted without the others
``halfway``  further questions that are open, or answered for nothing
``withdrawn`` answers that were given once and are gone
``state``    what people last did to the sheets, told apart from what the workflow wrote
``history``  last good answers, every change of a decision, earlier copies
``offering`` add what is newly queued
``loop``     read a stage: decisions, agreement, status
"""
