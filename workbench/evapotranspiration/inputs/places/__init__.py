"""Places on land: coordinates, names and elevations."""
