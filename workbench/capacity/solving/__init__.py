"""Solving a network: the solver's own process, its log, infeasibility and alternatives."""
