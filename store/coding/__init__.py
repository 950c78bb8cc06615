"""Numbers to bytes: codes of whole numpy arrays, and blobs that carry a checksum."""
