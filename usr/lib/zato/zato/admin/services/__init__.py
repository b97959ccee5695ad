"""Services: what they are, what leads to them, and how they answer."""
