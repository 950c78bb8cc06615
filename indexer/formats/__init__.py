"""The formats of documents: recognising them, and reading their text."""
