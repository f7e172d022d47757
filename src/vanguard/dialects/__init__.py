"""One file per API family: its bytes to and from the neutral Conversation."""
