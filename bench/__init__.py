"""Measurements of thimble as its users run it, beside rivals on the same machine."""
