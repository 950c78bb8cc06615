"""The first stage of a search by meaning: which chunks are worth recomputing."""
