"""Whether a text holds a benchmark problem: detectors that see through other names, other order and other words."""
