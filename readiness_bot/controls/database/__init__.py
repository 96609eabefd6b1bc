"""Controls of the category database."""
