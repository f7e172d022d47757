"""A stand-in for the desk's part of the API, with a page that was made (`vanguard documents synth`, mixed_digits)."""
