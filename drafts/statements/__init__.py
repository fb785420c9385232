"""What a sentence states: moves, comparisons, levels and targets, each of lines over a window."""
