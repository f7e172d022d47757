"""Reading: a file's pages, each by its text layer or its picture, and what comes of them."""
