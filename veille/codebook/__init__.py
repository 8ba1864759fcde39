"""Narratives, actors, places and known claims, as versioned data and their loaders."""
