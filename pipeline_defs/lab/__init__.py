"""The lab: does the data make a model better? Arms of one recipe, run through the real assets and compared."""
