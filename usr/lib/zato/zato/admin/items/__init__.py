"""Items of all kinds: lists, history, and forms that are made from what a kind says of itself."""
