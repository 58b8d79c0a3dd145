"""Sites, weather files and downloads of an evapotranspiration run."""
