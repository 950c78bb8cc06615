"""What an engine makes of the searches of the store."""
