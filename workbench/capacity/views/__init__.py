"""The capacity notebook view and the board."""
