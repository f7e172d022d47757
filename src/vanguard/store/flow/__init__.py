"""What runs keep: outcomes of steps in the database, bytes in a folder."""
