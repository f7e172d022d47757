"""Tables, migrations and the adapters behind everybody's records."""
