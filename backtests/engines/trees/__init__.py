"""Strategies of strategies: an account for each leg, and what their parent makes of them."""
