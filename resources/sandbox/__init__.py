"""The sandbox: model-written programs in, verdicts out that an early exit cannot forge. Start reading at `base.py`."""
