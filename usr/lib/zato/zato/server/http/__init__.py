"""Falcon and everything that speaks HTTP inside the parallel server."""
