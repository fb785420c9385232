"""The bars of all lines on one axis of sessions, and what can fill there."""
