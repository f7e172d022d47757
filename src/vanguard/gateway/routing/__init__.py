"""Which deployment serves a request, in which order others are tried, and what is learned from each."""
