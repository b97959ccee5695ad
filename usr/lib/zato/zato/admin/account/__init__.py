"""What people do about their own account: password, second factor, sessions."""
