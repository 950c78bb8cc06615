"""Engine: the one object that the commands and the terminal app talk to."""
