"""One outcome pooled, as plain numbers, lists and sentences.

analyse(...)     everything that ``pooling/<outcome>.json`` holds
records(...)     the same, a document for each analysis: ``pooling/<outcome>/<analysis>.json``

data             the rows of one outcome on the scale of its analysis
models           one model fitted and put on the natural scale
groups           subgroups and the test between them
moderators       one meta-regression for each moderator
sensitivity      what happens to the result under other choices or without a study
outcome          all of it together
fields           results under the field names of R's metafor
records          each analysis with its input rows and their provenance
"""

from prismake.synthesis.outcome import analyse
from prismake.synthesis.records import records

__all__ = ["analyse", "records"]
