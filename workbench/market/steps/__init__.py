"""The steps of the market's runs, with all that they import; loaded when a run begins."""
