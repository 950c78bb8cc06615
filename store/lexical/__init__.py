"""Which chunks hold which terms: text to terms, and the inverted index of postings."""
