"""Capacity planning and dispatch with PyPSA: build, solve, watch, stop, explain, read the results."""
