"""Verdicts on programs, remembered: one way through sandbox and row cache for assets and commands alike.

Which responses a recipe keeps is decided in `verified_responses`; how a program is run, in `resources/sandbox`.
"""
