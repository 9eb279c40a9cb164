"""How dates are written: largest unit first (ISO 8601), so that nobody reads the 3rd of April as the 4th of March."""
