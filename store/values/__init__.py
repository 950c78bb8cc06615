"""The values that cross the boundaries of the program. All are frozen; none holds a connection."""
