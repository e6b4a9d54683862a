"""Dose-response: outcomes of kind ``dose_response``, from dose groups to numbers, sentences and documents.

dose_rows     rows of the outcome table as studies of several doses, every other row with the reason why it is none
dose_results  the content of ``pooling/<outcome>.json``
dose_words    what the results say
dose_records  one document per analysis, and the script that computes the curve again in R
"""
