"""One module per platform or file format; the registry is here."""
