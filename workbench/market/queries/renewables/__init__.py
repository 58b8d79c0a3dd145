"""What the sun and the wind could have given, gave from roofs, and were not asked for."""
