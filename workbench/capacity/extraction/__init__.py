"""Tables of a solved network: assets, dispatch, costs and prices."""
