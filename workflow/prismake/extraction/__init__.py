"""What was extracted, as one table of outcomes with the place each number comes from."""
