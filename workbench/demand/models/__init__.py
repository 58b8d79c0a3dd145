"""The forecasting models that a sector can choose from."""
