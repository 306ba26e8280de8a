"""Source code as text: fenced blocks, parsing, and the rules by which each language is read."""
