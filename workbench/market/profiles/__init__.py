"""Markets that can be begun with one command: their description, the mapping of their files, their units."""
