"""How other machines become servers of the cluster: tokens, requests for certificates, and who signs them."""
