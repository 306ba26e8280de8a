"""Worker processes for the CPU stages."""
