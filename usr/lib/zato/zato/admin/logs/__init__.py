"""What all processes of all servers have said, by whatever one looks for; everything about one request."""
