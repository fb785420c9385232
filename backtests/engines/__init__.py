"""Two ways to turn the clock of a desk: a sparse loop, and backtrader as a witness."""
