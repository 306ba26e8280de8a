"""The artifact `sft_dataset`: training rows in chat form, selected, decontaminated, each with its origin."""
