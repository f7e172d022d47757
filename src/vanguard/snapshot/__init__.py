"""The one value that control publishes and the gateway reads."""
