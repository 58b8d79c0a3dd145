"""The value types of evapotranspiration: sites and the facts of sources."""
