"""Who may do what in a cluster, and ends of their sessions."""
