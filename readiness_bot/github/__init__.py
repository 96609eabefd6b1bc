"""What the action asks GitHub and tells it: events, requests, publishing; judges nothing."""

from __future__ import annotations
