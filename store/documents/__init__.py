"""What is indexed: folders, files, the spans of their chunks, and text extracted from them."""
