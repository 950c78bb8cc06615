"""Where chunks lie: embeddings to codes of 24 bytes, and those that searches recomputed."""
