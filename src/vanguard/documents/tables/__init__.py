"""Tables: their grid, with rules or without, and their cells, read one by one."""
