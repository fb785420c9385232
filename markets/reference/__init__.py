"""Calendars and currencies."""
