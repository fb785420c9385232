"""What is kept of a run: tables, manifest, trials, and what differs between two runs."""
