"""Diagnostic accuracy: outcomes of kind ``diagnostic``, from their table to numbers, sentences and documents.

accuracy_results    the content of ``pooling/<outcome>.json``
accuracy_values     results of ``prismake.pooling`` as plain numbers
accuracy_sentences  what they say
accuracy_records    one document per analysis, and which rows can be used
"""
