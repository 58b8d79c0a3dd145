"""The evapotranspiration notebook views and the place picker."""
