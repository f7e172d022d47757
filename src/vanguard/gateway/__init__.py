"""The data plane: HTTP in, a pipeline of steps, HTTP out, and a usage journal."""
