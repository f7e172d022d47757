"""Bodies as they travel: in chunks, and compressed."""
