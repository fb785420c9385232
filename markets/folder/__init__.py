"""Prices and facts from a folder of files."""
