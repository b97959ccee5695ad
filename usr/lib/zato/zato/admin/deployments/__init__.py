"""Files of services: what runs, what was refused and why, another version, and back."""
