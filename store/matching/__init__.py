"""What a query asks of words, and how well a text answers it: BM25, phrases, expressions."""
