"""The artifact `checkpoint`: a model trained on one recipe's rows, with all that made it what it is."""
