"""Relays around other relays: what they do to an answer on its way, whatever made it."""
