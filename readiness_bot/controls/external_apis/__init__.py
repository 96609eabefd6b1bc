"""Controls of the category external apis."""
