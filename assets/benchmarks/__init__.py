"""Evaluation problems: the registry, the reader of their files, and the problems that come with the project."""
