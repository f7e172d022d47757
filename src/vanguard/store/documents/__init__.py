"""Documents that are read over HTTP: what was handed in, who reads it, and pictures of their pages."""
