"""The documents that pages read, as JSON holds them; whoever writes one keeps to these types."""
