"""What tests of all packages share: real programs in temporary directories, and what it takes to talk to them."""
