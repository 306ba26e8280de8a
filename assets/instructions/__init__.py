"""The artifact `instructions`: tasks grown from seeds; methods, prompts and few-shot banks."""
