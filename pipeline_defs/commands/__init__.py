"""The standalone commands: one file a command, each over a table and a column, none needing Dagster."""
