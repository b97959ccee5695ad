"""What HAProxy's and lighttpd's agents share: a program whose configuration is files, and who keeps it right."""
