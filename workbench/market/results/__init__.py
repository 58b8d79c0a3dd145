"""Figures and exports of market answers."""
