"""Heads that a connection has read before, of requests and of answers: they are not parsed again."""
