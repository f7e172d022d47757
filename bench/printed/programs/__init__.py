"""Programs that print a page as PDF, one file each."""
