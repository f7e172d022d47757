"""Parts of the tree of settings that are long enough to stand alone."""
