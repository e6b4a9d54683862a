"""What leaves the review beside the page: manuscript, supplement, checklists, and sets for other programs.

The manuscript is first a list of blocks (``blocks``), which knows nothing of Word; what each section says is worked out
in a module of its own, and only ``document`` and ``update`` open files of Word. Every number stands in a field with a
name, so that it can be refreshed in a copy that people have written in, and so that a test can follow it to its source.
"""
