"""Which chunks are near each other: building the proximity graph, and keeping it."""
