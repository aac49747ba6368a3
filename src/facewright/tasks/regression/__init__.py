"""Learning a value from the columns of a point."""
