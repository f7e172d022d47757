"""What Google's APIs want of a gateway beside their dialect: paths, streams as arrays, tokens."""
