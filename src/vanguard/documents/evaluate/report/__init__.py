"""The report that people look at: one HTML file that asks nobody for anything."""
