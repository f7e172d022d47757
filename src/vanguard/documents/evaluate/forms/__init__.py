"""Normal forms: what counts as the same text. One file each, all versioned."""
