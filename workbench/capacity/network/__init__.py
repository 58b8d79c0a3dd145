"""From a system to a PyPSA network and the constraints on it."""
