"""The web pages; they speak to the rest over HTTP only."""
