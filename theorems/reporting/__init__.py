"""Reports: one self-contained page for one or many results."""
