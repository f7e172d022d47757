"""Whether a trained model is let through: its figures on held-out pages against a bar."""
