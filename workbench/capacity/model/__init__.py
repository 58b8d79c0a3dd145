"""The value types of a capacity plan: systems, optimisation problems and their outcomes."""
