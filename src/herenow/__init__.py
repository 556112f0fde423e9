"""Herenow, a real-time location platform."""

__version__ = "0.1.0"
