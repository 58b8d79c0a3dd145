"""The steps of the two runs, with all that they import; loaded when a run starts."""
