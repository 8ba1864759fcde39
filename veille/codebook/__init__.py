"""Narratives, actors, places and known claims, as versioned data and their loaders."""

from veille.codebook.narratives import Codebook, Cue, Family, load_codebook

__all__ = ["Codebook", "Cue", "Family", "load_codebook"]
