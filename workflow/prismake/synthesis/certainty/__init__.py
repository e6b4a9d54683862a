"""Certainty of the evidence by outcome, after GRADE: what is proposed, what people judge, and what follows.

levels              domains, words and the arithmetic of the four levels
absolute            how many of 1,000 people have an outcome, with and without the intervention
accuracy_sides      sensitivity and specificity of a test, each with a row of its own
vote_counts         outcomes that are not pooled, by the directions of effect
network_comparisons treatments of a network against the reference, each with a row of its own
dose_contrast       a dose-response curve by its effect at the highest reported dose
domain_proposals    what the figures suggest for each domain, with the reason
imprecision         the same for imprecision, which has rules of its own for each kind of measure
certainty_rows      the rows of the sheet
findings            the evidence profile and the summary of findings
plain_statements    one sentence per outcome
"""
