"""How agents are asked for their state, and told what to do: HTTP over TLS with a client certificate of the cluster."""
