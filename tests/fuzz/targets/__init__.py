"""What is fuzzed: each module has one `check` that raises when an invariant does not hold."""
