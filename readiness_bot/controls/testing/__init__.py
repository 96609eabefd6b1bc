"""Controls of the category testing."""
