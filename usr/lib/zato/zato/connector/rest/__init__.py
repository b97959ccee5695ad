"""JSON over HTTP: channels, and calls to other systems."""
