"""How much one channel, or one principal, may have of a server."""
