"""What a user sets: `seedline.toml`, environment variables, the settings of one run, and where the instance lives."""
