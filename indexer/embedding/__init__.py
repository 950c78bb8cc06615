"""Texts to embeddings: model folders, where they come from, and running them."""
