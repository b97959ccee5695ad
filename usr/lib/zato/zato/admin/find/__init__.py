"""Finding a page, an item or a service by some letters of its name."""
