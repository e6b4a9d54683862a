"""One outcome pooled, as plain numbers, lists and sentences.

analyse(...)     the content of ``pooling/<outcome>.json``
records(...)     the same as one document per analysis: ``pooling/<outcome>/<analysis>.json``

data             the rows of one outcome on the scale of its analysis
models           one model fitted, with results on the natural scale
groups           subgroups and the test between them
moderators       one meta-regression per moderator
sensitivity      the result under other assumptions or without a study
outcome          all analyses of an outcome
fields           results under the field names of R's metafor
records          each analysis with its input rows and their provenance
syntheses        which of these an outcome needs, by its kind
"""

from prismake.synthesis.outcome import analyse
from prismake.synthesis.records import records

__all__ = ["analyse", "records"]
