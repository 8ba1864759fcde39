"""Veille: reads public posts about humanitarian actors and tells people what matters."""

__version__ = "0.1.0"
