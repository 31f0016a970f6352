"""Low-frequency fields."""
