"""SQL databases of others."""
