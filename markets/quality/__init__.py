"""What looks wrong in prices, and the gate that stops a run on it."""
