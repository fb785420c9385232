"""Parameters chosen on what was known, and the choice simulated."""
