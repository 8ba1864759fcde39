"""One module per kind of model; the registry is here."""
