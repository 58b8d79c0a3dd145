"""The steps of the runs, with all that they import; loaded when a run starts."""
