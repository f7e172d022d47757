"""The management API: one file of routes for each thing it manages."""
