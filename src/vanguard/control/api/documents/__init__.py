"""Routes of documents that are read."""
