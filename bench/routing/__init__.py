"""A day of agent sessions over several accounts, with a simulated clock and simulated providers."""
