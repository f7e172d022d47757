"""TLS towards upstreams and clients: contexts, sessions, and a transport of our own."""
