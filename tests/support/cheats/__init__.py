"""Strategies that look ahead, and honest ones that look suspicious; found by their address."""
