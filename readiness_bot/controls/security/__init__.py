"""Controls of the category security."""
