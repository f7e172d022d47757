"""Opens connections to upstreams: by Unix socket, TCP, TLS, directly or through a forward proxy."""
