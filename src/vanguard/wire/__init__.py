"""Types and framing of each public API."""
