"""Own small recognisers: nets of a few hundred thousand numbers, trained on generated pages alone."""
