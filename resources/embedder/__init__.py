"""Embedders: texts in, vectors out. The face in `face`, a backend a file, the Dagster resource in `resource`."""
