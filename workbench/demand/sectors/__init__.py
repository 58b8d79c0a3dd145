"""The forecast of a sector: plan, backtest, coefficients."""
