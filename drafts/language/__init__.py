"""Sentences, figures, periods, names and speakers of a text, by rules and tables alone."""
