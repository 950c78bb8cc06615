"""One search, from candidates to hits: they are read, scored exactly and put in order."""
