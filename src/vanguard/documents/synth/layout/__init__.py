"""Text set on pages: lines, paragraphs, columns, tables, and what stands around them."""
