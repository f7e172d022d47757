"""The only place that names concrete adapters; builds each process."""
