"""The cluster that Debian's packages make: systemd runs its processes, and each kind of them has a user of its own."""
