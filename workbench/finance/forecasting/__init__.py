"""Forecasts of monthly figures: a pool of methods, chosen by rolling origin, with intervals that were measured."""
