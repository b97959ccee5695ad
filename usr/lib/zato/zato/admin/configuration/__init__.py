"""The configuration as a whole: its revisions, what differs between them, back to one, and as a file."""
