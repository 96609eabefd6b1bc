"""Controls of the category monitoring."""
