"""The chat box: the conversation, its stream and how it is drawn."""
