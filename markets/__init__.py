"""What was known: sources, store, currencies, calendars, dated costs, and the Market."""
