"""What runs without a person: sensors, schedules, jobs, alerts and the nightly check."""
