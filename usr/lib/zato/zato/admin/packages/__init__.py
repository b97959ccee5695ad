"""Third-party packages of services, and wheels that are uploaded for them."""
