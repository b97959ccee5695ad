"""Machines that join the cluster, and the tokens for it."""
