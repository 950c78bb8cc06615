"""The engine: every operation of the program on one index, without any front end."""
