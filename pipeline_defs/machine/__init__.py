"""What this machine has and lacks for the pipeline, and the remedies."""
