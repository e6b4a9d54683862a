"""What leaves the review besides the page: manuscript, supplement, checklists, and sets for other programs.

The manuscript is first a list of blocks (``blocks``), which know nothing about Word. Each section is composed in a
module of its own, and only ``document`` and ``update`` open Word files. Every number is in a named field, so that it
can be refreshed in a copy that people have edited, and so that a test can follow it to its source.
"""
