"""Rules by which the offline engine turns a documented function into concepts, a task and tests.

Each module reads source text and docstring only: nothing of a seed is ever imported or run here.
"""
