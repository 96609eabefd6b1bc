"""Controls of the category documentation."""
