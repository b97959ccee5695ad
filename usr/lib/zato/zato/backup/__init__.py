"""A cluster in one file, and back: see docs/backup.md."""
