"""What exists and when it runs: definitions, partitions, automation, recipes, settings, the command."""
