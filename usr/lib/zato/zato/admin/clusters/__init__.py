"""Which clusters the console manages beside its own."""
