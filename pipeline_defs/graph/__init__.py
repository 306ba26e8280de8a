"""What the definitions attach to every asset, and what makes it out of date: partitions, conditions, pages."""
