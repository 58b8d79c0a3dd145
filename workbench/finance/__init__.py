"""Company finances: from any export to trusted figures, forecasts and a board report."""
