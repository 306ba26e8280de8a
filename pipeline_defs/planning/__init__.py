"""What a rebuild would do and cost, before anybody pays for it."""
