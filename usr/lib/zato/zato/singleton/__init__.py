"""What one process does for all servers: certificates are renewed, and inactive servers get no requests."""
