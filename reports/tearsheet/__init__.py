"""The full report of quantstats: what it is given, where it differs from ours, its marks."""
