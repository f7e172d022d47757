"""The page's panels: one file for each thing it shows."""
