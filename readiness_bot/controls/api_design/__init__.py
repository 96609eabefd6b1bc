"""Controls of the category api design."""
