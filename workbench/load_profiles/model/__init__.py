"""The value types of a load profile: the hours of a year, day matrices and targets."""
