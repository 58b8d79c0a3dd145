"""What a field needs: crop coefficients, water in the root zone, irrigation (FAO-56, chapters 6 to 8)."""
