"""What can be typed after `thimble`. Imports nothing heavy."""
