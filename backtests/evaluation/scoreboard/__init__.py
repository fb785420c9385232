"""All theses and claims side by side: what was said, what became of it, what falls due."""
