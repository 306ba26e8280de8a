"""Language models behind one interface, `base.py`; a file a backend, chosen by `resource.py` from `spec.py`."""
