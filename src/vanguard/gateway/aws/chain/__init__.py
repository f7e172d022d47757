"""Where credentials for AWS are found when no settings hold them: the places that AWS's SDKs look at."""
