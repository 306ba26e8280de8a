"""Data sets handed on: an export folder of recipes, and its push to a hub."""
