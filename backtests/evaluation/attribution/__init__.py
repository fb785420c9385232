"""Where a return came from."""
