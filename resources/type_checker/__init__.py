"""Type checkers: Pyright, a faster checker before it, and parse checks for the other languages."""
