"""Tasks of reviewers in the database."""
