"""Seedling: a small code model of this project's own, the grammar it learnt from, and the script that made it."""
