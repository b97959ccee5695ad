"""The cluster's own certificate authority: certificates of components and clients, and their renewal."""
