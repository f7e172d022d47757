"""What deployments remember of conversations: prompt caches, and items only their maker can read."""
