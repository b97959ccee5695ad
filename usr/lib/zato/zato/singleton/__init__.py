"""What one process does beside a server, or for all of a machine: see zato.singleton.loop."""
