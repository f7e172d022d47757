"""Self-managed models: weights, the embedded engines and their state."""
