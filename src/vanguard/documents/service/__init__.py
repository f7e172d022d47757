"""Reading for others: documents that were handed in over HTTP, by a worker that takes them one by one."""
