"""Pure functions from message models to acts, one file a family of types."""
