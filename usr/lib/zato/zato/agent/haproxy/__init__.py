"""HAProxy, the load balancer in front of all servers of a cluster."""
