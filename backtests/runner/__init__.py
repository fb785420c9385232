"""From a strategy, a source and settings to a run."""
