"""Pure checks: text to findings; masking within streams."""
