"""What documents are about: topics, and their names."""
