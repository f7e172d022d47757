"""What providers allow in a minute, as they count it."""
