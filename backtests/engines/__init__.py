"""Ways to turn the clock of a desk: a sparse loop, and backtrader event by event."""
