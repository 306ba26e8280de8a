"""The artifact `filtered_seeds`: extraction, filters, type check, near-duplicates, coreset."""
