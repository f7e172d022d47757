"""What it takes to go on with an answer that has broken off, in a client's own dialect."""
