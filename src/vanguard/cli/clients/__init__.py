"""Other people's clients: what they have to be told, and how their first minute goes."""
