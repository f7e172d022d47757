"""Where human-readable text sits in each dialect, so that it can be masked in place."""
