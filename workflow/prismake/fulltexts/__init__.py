"""The way to each report's full text: PDFs that people have put into ``config/fulltexts/``, and addresses.

``pdftext``    the words of the first pages of PDF files, in a process of its own
``folder``     which files there are, and their words, each file read once
``matching``   which file is which report
``openaccess`` where a free copy is, asked of PubMed Central and Unpaywall and kept
"""
