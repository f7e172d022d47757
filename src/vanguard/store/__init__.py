"""Tables, migrations and the adapters behind the ports of the other parts."""
