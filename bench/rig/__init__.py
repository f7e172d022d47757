"""Starting, pinning, watching and counting processes. It does not know what is measured."""
