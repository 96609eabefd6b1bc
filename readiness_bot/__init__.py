"""Scores the production readiness of Python backends and tells what a change does to it."""

from __future__ import annotations

__version__ = "0.1.0"
