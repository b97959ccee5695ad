"""What of it speaks HTTP, by Falcon."""
