"""What is made of measured rounds: medians, ratios, tables, a picture. It does not measure."""
