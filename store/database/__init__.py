"""One SQLite file: opening it, its schema, its lock, and where its bytes go."""
