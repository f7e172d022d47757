"""Keys, teams, budgets, reports and publishing, with their HTTP API."""
