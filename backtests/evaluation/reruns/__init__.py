"""Runs beside the one that is judged, and the processes that share them."""
