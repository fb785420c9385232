"""The simulated sample market."""
