"""One module for each version, named after its number. A released one never changes."""
