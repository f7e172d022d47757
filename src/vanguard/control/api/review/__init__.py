"""Routes of reviewers' tasks, and the shapes they take and give."""
