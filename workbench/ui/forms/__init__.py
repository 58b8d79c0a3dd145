"""Forms made from settings, and the choice of saved results."""
