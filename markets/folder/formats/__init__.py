"""The formats of price files: one description each, and what turns them into dates and numbers."""
