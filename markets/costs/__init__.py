"""What a trade costs: dated fee schedules, a country a file."""
