"""From sector sales to the requirement and peak of a state."""
