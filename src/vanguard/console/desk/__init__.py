"""The pages whose inside runs in the browser: the correction desk, and documents with their jobs."""
