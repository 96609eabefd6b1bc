"""Controls of the category error handling."""
