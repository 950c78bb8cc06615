"""What is the user's own: keys, what was searched and saved, the programs that open files."""
