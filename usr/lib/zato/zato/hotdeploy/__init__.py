"""The daemon that deploys what is put into the pickup directory."""
