"""The tables of the pages, as text that is ready to print."""
