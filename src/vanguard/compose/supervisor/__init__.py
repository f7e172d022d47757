"""`vanguard up`: starts the processes, keeps them alive, stops them in order."""
