"""SQL databases of other systems."""
