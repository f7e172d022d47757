"""Layout: what on a page belongs together, and in which order it is read."""
