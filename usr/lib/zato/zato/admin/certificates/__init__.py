"""Certificates of the servers' machines, and the one that browsers know."""
