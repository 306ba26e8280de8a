"""The artifact `verified_responses`: candidate responses whose tests held, with the proof."""
