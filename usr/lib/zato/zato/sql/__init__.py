"""What the ODB and outgoing SQL share: drivers, TLS towards databases, limits on waiting for them."""
