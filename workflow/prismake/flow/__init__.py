"""The counts of the PRISMA 2020 flow, and the identities that hold between them.

Page MJ, McKenzie JE, Bossuyt PM, et al. The PRISMA 2020 statement. BMJ 2021;372:n71, figure 1 and its
variants for other methods and for updated reviews. The template has no box for items without a decision; here
*undecided* is counted separately at both screening stages, so that every arrow is an identity at every point of a
review.
"""

from prismake.flow.boxes import Flow
from prismake.flow.count import outcomes, prisma_flow
from prismake.flow.identities import check, identities
from prismake.flow.tables import NO_REASON

__all__ = ["NO_REASON", "Flow", "check", "identities", "outcomes", "prisma_flow"]
