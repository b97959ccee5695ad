"""What one process of a server does for all of it: certificates are renewed before they expire."""
