"""Files that must not be deployed, by what is wrong with them."""
