"""Training as a resource: the face of every trainer, and the trainer of this machine."""
