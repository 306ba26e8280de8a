"""The artifact `audit`: questions about the other artifacts, answered in SQL."""
