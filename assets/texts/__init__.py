"""What makes texts alike: their words, near-duplicates and embeddings."""
