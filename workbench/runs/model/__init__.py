"""The value types of the engine and the pure state machine of a run."""
