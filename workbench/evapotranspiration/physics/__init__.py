"""Air and radiation: the physical relations that equations and inputs share.

They are a library of their own: a run does not need the psychrometer, the mean relative humidity of FAO-56's
appendix, the clear sky from humidity, or the soil heat flux of months, but those who check a station by hand do.
"""
