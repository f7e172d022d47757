"""The data plane: HTTP in, a pipeline of steps, HTTP out, the usage journal."""
