"""The artifacts, one package each, in the order the data flows; see the README for the map."""
