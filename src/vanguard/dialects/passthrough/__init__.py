"""Same dialect on both sides: the few edits that are allowed, and usage read off in passing."""
