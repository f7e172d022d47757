"""What the gateway shows clouds of who it is: asked for, kept, and renewed ahead of its end."""
