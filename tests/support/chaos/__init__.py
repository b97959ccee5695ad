"""Faults on a cluster of several hosts, and what they cost: the suite that `make chaos` plays."""
