"""From a document to chunks, and from the spans of chunks back to text."""
