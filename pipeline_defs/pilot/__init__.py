"""A recipe tried on a small sample in a place of its own, with its yield and cost scaled to the whole."""
