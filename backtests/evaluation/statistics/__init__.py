"""Estimators and their errors; each formula with its source."""
