"""Reference evapotranspiration of a place from several weather sources, with its uncertainty."""
