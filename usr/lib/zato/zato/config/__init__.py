"""Configuration: typed items in one log, and everything that is generic about them."""
