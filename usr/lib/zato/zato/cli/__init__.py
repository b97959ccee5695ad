"""The zato command."""
