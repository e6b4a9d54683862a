"""An outcome that compares a network of treatments: from its table to plain numbers and sentences.

treatment_names   which treatment an arm was given: spellings of one treatment, and those that are asked back
arm_rows          rows of the outcome table as trials, arms of one treatment combined, the others with the reason
network_result    all analyses of an outcome
network_words     sentences on them
network_records   each analysis with its input rows, and the script that checks them in R
"""
