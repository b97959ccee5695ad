"""This machine: settings, directories, logging, systemd, child processes."""
