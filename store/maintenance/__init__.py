"""Changes of the index as a whole: files that come and go, damage, another index model."""
