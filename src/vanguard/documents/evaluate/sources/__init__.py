"""Files and documents as the measure sees them: pieces of text and tables, in reading order."""
