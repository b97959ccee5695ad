"""What the console keeps of its own, in an SQLite file: sessions, and who has failed to sign in."""
