"""Abnormal returns around dated events."""
