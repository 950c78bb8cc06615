"""What is in a folder: the scan, what it passes over and why, what has moved or gone."""
