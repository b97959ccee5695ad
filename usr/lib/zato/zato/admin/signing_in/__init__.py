"""Who uses the console: signing in, out, and becoming the first administrator."""
