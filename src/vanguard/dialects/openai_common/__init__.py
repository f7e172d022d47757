"""What OpenAI's two chat APIs, and those who speak them, have in common."""
