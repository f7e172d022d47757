"""The verbs of reviewers' queues."""
