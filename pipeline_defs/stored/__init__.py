"""Rows as the store keeps them, read for people: current tables, the row cache, earlier versions."""
