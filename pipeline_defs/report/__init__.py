"""Pages that stand alone: the report of a recipe, and the tree of a row. No network, nothing beside the file."""
