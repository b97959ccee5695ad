"""What one process does for all servers: certificates are renewed."""
