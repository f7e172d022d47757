"""Many pages: made by several processes, written whole or not at all, packed for trainers."""
