"""The FAO-56 reference evapotranspiration equation, daily and hourly."""
