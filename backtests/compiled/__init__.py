"""The kernel in machine code; its Python twins stand in `backtests.simulation`."""
