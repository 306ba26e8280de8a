"""The programming languages: their names, and how their grammars are fed."""
