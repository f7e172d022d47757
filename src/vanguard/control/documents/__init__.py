"""Documents that are read over HTTP, from the side of those who hand them in."""
