"""What the networks are worth: one file a measurement."""
