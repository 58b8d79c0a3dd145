"""The value types of a demand forecast: roles, histories, drivers and choices."""
