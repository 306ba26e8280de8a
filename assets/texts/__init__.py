"""What makes texts alike: near-duplicates and embeddings."""
