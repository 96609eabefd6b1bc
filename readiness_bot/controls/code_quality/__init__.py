"""Controls of the category code quality."""
