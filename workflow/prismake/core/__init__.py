"""What every room stands on: errors as sentences, files that are old or new, the record table, jobs of the graph."""
