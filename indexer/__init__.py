"""The daemon side: from files to chunks to the store."""
