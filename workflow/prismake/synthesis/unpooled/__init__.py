"""Synthesis without pooling, for studies whose results cannot or should not be combined into one estimate.

reported_rows       what a row reports: direction, p-value, effect, people; computed where its numbers allow it
unpooled_result     votes, combined p-values, summary of effects, groups of studies
unpooled_words      sentences on them
unpooled_records    each analysis as a document, rows that say nothing, and the script in R
"""
