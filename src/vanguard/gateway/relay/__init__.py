"""What happens to an upstream's bytes on their way to the client."""
