"""The look-ahead certificate: replays with other futures, and what a strategy opens."""
