"""Language models behind one face: `face.py`; one file a backend, chosen by `resource.py` from a recipe's `spec.py`."""
