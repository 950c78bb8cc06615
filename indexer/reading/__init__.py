"""From a file to its text, for an index run and for a query alike."""
