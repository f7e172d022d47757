"""The settings tree and where its values come from; nothing is imported here, so that the gateway can read the environment without pydantic."""
