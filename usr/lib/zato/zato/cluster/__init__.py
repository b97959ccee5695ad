"""Servers on machines of their own join the cluster, stay in it and leave it; and its first administrator."""
