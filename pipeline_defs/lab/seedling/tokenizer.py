"""Seedling's tokenizer: byte-level BPE over the grammar's documents, single digits, line ends by themselves.

Single digits, because a tiny model learns no arithmetic on merged ones; line ends apart, so that a prompt that
ends with a heading ends where a token ends.
"""

from collections.abc import Iterable
from typing import Any

END, PAD = "<|end|>", "<|pad|>"
VOCABULARY = 1024

CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{%- if message['role'] == 'assistant' -%}"
    "{{ message['content'] + eos_token }}"
    "{%- elif message['role'] == 'user' -%}"
    "{{ '### Instruction\\n' + message['content'] + '\\n### Response\\n' }}"
    "{%- endif -%}"
    "{%- endfor -%}"
)
"""A user's turn is the prompt of the response form."""


def make_tokenizer(texts: Iterable[str]) -> Any:
    """A fast tokenizer trained on `texts`."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex("\n"), "isolated"),
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[END, PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, pad_token=PAD)
    fast.chat_template = CHAT_TEMPLATE
    fast.model_max_length = 512
    return fast
