"""How the data files that ship with Veille are computed from text that does not."""
