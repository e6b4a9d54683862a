"""Spreadsheets that people fill in: the only code that touches them.

The file itself

``xlsx``      the file format, written row by row
``workbook``  a new workbook
``growing``   rows added to a workbook that people have worked in
``reading``   rows out of whatever people saved
``outside``   what may be an answer where nothing is read
``cell_looks``  colours, strokes, comments; ``opendocument``, ``binary_workbook``, what the reader of values leaves out
``layout``    the columns of a sheet
``counting``  the count at the top of a sheet; ``emphasis``, key terms set off; ``remarks``, the workflow's own words

What a sheet says

``queue``     what a stage asks about, read a column at a time
``matching``  which item a row is about
``answers``   rows as answers, problems with their cells
``checks``    one file for each thing that can go wrong between two readings, all with one signature
``own_sheet`` one person's sheet: trusted, or its last good answers in its place

A stage

``setup``     what the protocol says, and what earlier runs have kept
``stage``     all sheets of a stage read together
``merged_answers``  answers to records that have become one report since
``prefilled`` answers that came with an export
``judged_records``  which records somebody has answered about

Offering and reading back

``batches``   what is handed out now and next; ``order``, in which order
``offering``  add what is newly queued
``loop``      read a stage back: decisions, agreement, status; ``progress``, how far its batches are
``problems``  every problem with its place
"""
