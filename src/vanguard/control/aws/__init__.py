"""What settings say about AWS: how deployments are signed for, and the master of key pairs."""
