"""The page of a review and the tables that go with it.

page.render(context)        one self-contained HTML page
tables                      the table of studies, the reports excluded at full text
methods.paragraphs(...)     the methods in words, from the protocol
svg.inline(...)             a figure as it may stand inside the page
"""
