"""What a strategy may see at a close, written as time passes."""
