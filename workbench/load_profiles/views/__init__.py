"""The load profile notebook view and the board."""
