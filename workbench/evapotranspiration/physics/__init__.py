"""Air and radiation: the physical relations that equations and inputs share."""
