"""Measurements as a table, charts and pictures."""
