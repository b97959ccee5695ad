"""Manual pages of the command line and of the settings' files, out of what these say of themselves."""
