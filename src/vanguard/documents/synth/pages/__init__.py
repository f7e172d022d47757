"""The kinds of pages: what each says and how it is laid out."""
