"""The artifacts, one package each, in the order the data flows; docs/pages/concepts/house.md is the map."""
