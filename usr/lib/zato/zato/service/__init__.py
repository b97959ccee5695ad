"""What services are written with, and what runs them. Users import it by the name `zato.server.service`."""
