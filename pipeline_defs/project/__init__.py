"""The files that `seedline init` writes: commented settings, a recipe to start from, a small dump to try."""
