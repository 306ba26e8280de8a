"""A tiny base model made on the spot: byte-level BPE tokenizer and Llama-shaped weights drawn from a seed.

Single digits are tokens of their own: with merged digits, models of this size learn the form of code but not
its arithmetic. The chat template beside this file is also given to base models that come without one.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from resources.trainer.base import TinyModel, TrainingFailed

BEGIN, END, PADDING = "<s>", "</s>", "<pad>"


def chat_template() -> str:
    """The project's chat template (Jinja): a system line, then instruction and response under headings."""
    return (Path(__file__).parent / "chat_template.jinja").read_text(encoding="utf-8")


def make_tokenizer(texts: Sequence[str], settings: TinyModel) -> Any:
    """A tokenizer trained on `texts`; the same texts give the same tokenizer."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    if not any(texts):
        raise TrainingFailed("no corpus text to train a tokenizer on; is raw_corpus empty?")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(  # pyright: ignore[reportAttributeAccessIssue]
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()  # pyright: ignore[reportAttributeAccessIssue]
    trainer = trainers.BpeTrainer(
        vocab_size=settings.vocabulary,
        special_tokens=[BEGIN, END, PADDING],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(  # pyright: ignore[reportAttributeAccessIssue]
        single=f"{BEGIN} $A", special_tokens=[(BEGIN, tokenizer.token_to_id(BEGIN))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=BEGIN,
        eos_token=END,
        pad_token=PADDING,
        model_max_length=settings.context,
        clean_up_tokenization_spaces=False,
        chat_template=chat_template(),
    )


def make_model(tokenizer: Any, settings: TinyModel) -> Any:
    """A `LlamaForCausalLM` in float32, input and output embeddings tied, weights drawn from the seed."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(settings.seed)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=settings.hidden_size,
            intermediate_size=settings.intermediate_size,
            num_hidden_layers=settings.layers,
            num_attention_heads=settings.heads,
            num_key_value_heads=settings.heads,
            max_position_embeddings=settings.context,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            tie_word_embeddings=True,
        )
    )
