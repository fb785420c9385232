"""One file a thesis. Nothing here is imported by name: strategies are found by their address."""
