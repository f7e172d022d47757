"""What speaking to AWS, and being spoken to as AWS, needs besides dialects."""
