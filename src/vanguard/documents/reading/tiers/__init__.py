"""Tiers: whether the text of a block can be trusted, should be looked at, or is none."""
