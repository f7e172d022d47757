"""Stand-ins and small pages for the tests of documents."""
