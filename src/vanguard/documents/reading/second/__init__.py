"""A second reading beside the first: how far they agree, which is taken, and what the other said."""
