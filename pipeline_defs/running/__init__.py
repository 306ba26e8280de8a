"""Dagster runs of a plan: started, followed, joined, and ended when their process is gone."""
