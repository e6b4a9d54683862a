"""The page of a review and its tables.

page.render(context)        one self-contained HTML page
tables                      the table of studies, the reports excluded at full text
methods.paragraphs(...)     the methods section, written from the protocol
svg.inline(...)             a figure prepared for embedding in the page
"""
