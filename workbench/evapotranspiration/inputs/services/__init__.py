"""Where daily weather comes from: online services and files, one module each."""
