"""Prices from Yahoo through yfinance."""
