"""Reports and deltas as text: what people and other programs read; judges nothing and sends nothing."""

from __future__ import annotations
