"""Certificates for servers on other machines: what they ask for, and the one who signs."""
