"""What happens to a page between press and file: transforms in eight families, each with a strength."""
