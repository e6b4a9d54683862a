"""Spreadsheets that people fill in: the only code that touches them.

The file itself

``xlsx``      the file format, written row by row
``workbook``  a new workbook
``appending`` rows added to a workbook that people have worked in, part by part; ``package``, its parts;
``worksheet_xml``, its rows; ``styles``, its formats; ``area_edits``, references to the extent of its table
``growing``   the same for unusual workbooks, or if the protocol has changed: the workbook is loaded as a whole
``reading``   rows from whatever people saved
``outside``   possible answers in places that are not read
``cell_looks``  colours, struck-through text, comments; ``opendocument``, ``binary_workbook``, what the reader of values
misses
``layout``    the columns of a sheet
``counting``  the count at the top of a sheet; ``emphasis``, emphasised key terms; ``remarks``, the workflow's own words

What a sheet says

``queue``     what a stage asks about, read one column at a time
``matching``  which item a row is about
``answers``   rows as answers, problems with their cells
``checks``    one file for each thing that can go wrong between two readings, all with one signature
``own_sheet`` one person's sheet: trusted, or replaced by its last good answers

A stage

``setup``     what the protocol says, and what earlier runs have kept
``stage``     all sheets of a stage read together
``merged_answers``  answers to records that have become one report since
``judged_records``  which records somebody has judged

Offering and reading back

``batches``   what is handed out now and next; ``order``, in which order
``offering``  add newly queued items
``loop``      read a stage back: decisions, agreement, status; ``progress``, how far its batches are
``problems``  every problem with its place
``understood``  how one sheet is read, for the person who filled it in
"""
