"""A whole cluster in one directory on one machine."""
