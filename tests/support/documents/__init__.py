"""The documentation as something that is run: its files, and its commands with what they print."""
