"""The forecast of a sector: plan, backtest, intervals and accuracy."""
