"""The chaos suite's parts: an upstream that misbehaves, clients that leave, kills, and an audit."""
