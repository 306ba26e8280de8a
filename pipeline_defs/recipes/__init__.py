"""The typed recipe model, and one YAML file per shipped recipe."""
