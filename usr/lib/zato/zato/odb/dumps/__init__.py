"""Copies of an ODB of one moment, in files, by each database's own means."""
