"""The usage journal of a worker: whose it is, how it is written, and what the steps see of it."""
