"""What an answer rests on, in each family of APIs."""
