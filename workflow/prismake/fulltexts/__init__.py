"""Finding the full text of each report: PDFs in ``config/fulltexts/`` and links to open-access copies.

``pdftext``    text of the first pages of PDF files, extracted in a separate process
``folder``     the files in the folder and their text, each file read once
``matching``   which file belongs to which report
``openaccess`` links to free copies, from PubMed Central and Unpaywall, archived
"""
