"""What every room builds on: errors, atomic file writing, the record table, and the jobs of the graph."""
