"""Looks at an installation on this machine, without changing anything, and says what mends what it finds."""
