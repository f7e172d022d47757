"""Going on with an answer that has broken off after its first token, at another deployment."""
