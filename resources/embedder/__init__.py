"""Embedders: texts in, vectors out. The interface in `base`, a backend a file, the Dagster resource in `resource`."""
