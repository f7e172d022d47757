"""What the settings of a cloud make of a provider's row."""
