"""The program: commands, settings, wiring."""
