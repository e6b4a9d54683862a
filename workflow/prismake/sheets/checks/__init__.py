"""One file for each thing that can go wrong in a sheet between two readings."""
