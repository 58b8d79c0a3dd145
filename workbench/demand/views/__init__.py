"""The demand notebook view and the board."""
