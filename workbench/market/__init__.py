"""Electricity markets: one shared copy of the data, one definition of each quantity, boards on top."""
