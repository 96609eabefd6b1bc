"""Controls of the category infrastructure."""
