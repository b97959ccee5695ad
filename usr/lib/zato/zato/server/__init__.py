"""The parallel server: users' services, and how requests reach them."""
