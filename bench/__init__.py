"""Measures what a report costs beside what the tools that people would run by hand cost; no part of the product."""
