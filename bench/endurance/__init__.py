"""Steady load for long: traffic, sampling, and whether anything rises. It does not know budgets."""
