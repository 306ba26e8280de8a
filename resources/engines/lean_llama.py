"""A small Llama's forward pass for generation on the CPU: a static cache, few calls, grouped heads.

The library's own forward costs a tiny model more in Python than in arithmetic. Here only what a plain Llama
needs is computed, from the loaded model's weights. Models that are anything else are left to the library.
"""

from typing import Any


class LeanLlama:
    """Reads prompts padded on the left and then one token a row; `logits` (rows, vocabulary) after each."""

    eager = False  # finished rows may stay for a while: making the cache smaller costs a copy

    def __init__(self, model: Any) -> None:
        import torch

        config = model.config
        self.heads, self.kv_heads = config.num_attention_heads, config.num_key_value_heads
        self.size = getattr(config, "head_dim", None) or config.hidden_size // self.heads
        self.eps = config.rms_norm_eps
        self.embedding = model.model.embed_tokens.weight
        self.head = model.lm_head.weight
        self.norm = model.model.norm.weight
        self.layers = [_Layer(layer) for layer in model.model.layers]
        theta = config.rope_parameters["rope_theta"]
        frequencies = 1.0 / theta ** (torch.arange(0, self.size, 2).float() / self.size)
        angles = torch.arange(config.max_position_embeddings).float()[:, None] * frequencies
        self.cosine, self.sine = angles.cos(), angles.sin()
        self.keys: list[Any] = []
        self.values: list[Any] = []
        self.mask: Any = None  # (rows, longest): 0 where a place may be seen, else -inf
        self.places = 0  # filled places of the cache
        self.positions: Any = None  # (rows,): position of the next token

    def read(self, tokens: Any, seen: Any, copies: Any, longest: int) -> Any:
        """Logits after prompts `tokens` (prompts, width); `seen` is 0 on padding.

        Row i of the batch continues prompt `copies[i]`; the cache has room for `longest` places.
        """
        import torch

        prompts, width = tokens.shape
        positions = (seen.cumsum(dim=1) - 1).clamp(min=0)
        cosine, sine = self.cosine[positions][:, None], self.sine[positions][:, None]
        blocked = torch.full((prompts, 1, width, width), float("-inf")).triu(1)
        blocked = blocked.masked_fill((seen == 0)[:, None, None, :], float("-inf"))
        # a padded place sees itself, so that no softmax is over nothing
        blocked.diagonal(dim1=-2, dim2=-1).zero_()
        rows = len(copies)
        self.keys = [torch.empty(rows, self.kv_heads, longest, self.size) for _ in self.layers]
        self.values = [torch.empty(rows, self.kv_heads, longest, self.size) for _ in self.layers]
        hidden = torch.nn.functional.embedding(tokens, self.embedding)
        for number, layer in enumerate(self.layers):
            query, key, value = self._attended(layer, hidden, cosine, sine)
            self.keys[number][:, :, :width] = key[copies]
            self.values[number][:, :, :width] = value[copies]
            mixed = torch.nn.functional.scaled_dot_product_attention(
                query, key, value, attn_mask=blocked, enable_gqa=True
            )
            hidden = self._closed(layer, hidden, mixed)
        self.places = width
        self.mask = torch.zeros(rows, longest)
        self.mask[:, :width].masked_fill_((seen == 0)[copies], float("-inf"))
        self.positions = seen.sum(dim=1)[copies]
        return self._logits(hidden[:, -1:])[:, 0][copies]

    def advance(self, tokens: Any) -> Any:
        """Logits after one more token of each row, `tokens` (rows,)."""
        import torch

        rows = len(tokens)
        cosine = self.cosine[self.positions][:, None, None]
        sine = self.sine[self.positions][:, None, None]
        end = self.places + 1
        mask = self.mask[:, None, None, :end]
        groups = self.heads // self.kv_heads
        hidden = torch.nn.functional.embedding(tokens[:, None], self.embedding)
        for number, layer in enumerate(self.layers):
            query, key, value = self._attended(layer, hidden, cosine, sine)
            keys, values = self.keys[number], self.values[number]
            keys[:, :, self.places] = key[:, :, 0]
            values[:, :, self.places] = value[:, :, 0]
            # the heads of a group share their keys: one product a group
            query = query.view(rows, self.kv_heads, groups, self.size) * self.size**-0.5
            weights = query @ keys[:, :, :end].transpose(-1, -2)
            mixed = (weights + mask).softmax(dim=-1) @ values[:, :, :end]
            hidden = self._closed(layer, hidden, mixed.view(rows, self.heads, 1, self.size))
        self.places = end
        self.positions = self.positions + 1
        return self._logits(hidden)[:, 0]

    def select(self, rows: Any) -> None:
        """Go on with these rows alone (`rows`: their places in the batch)."""
        end = self.places
        for held in (self.keys, self.values):
            for number, cache in enumerate(held):
                kept = cache.new_empty(len(rows), *cache.shape[1:])
                kept[:, :, :end] = cache[:, :, :end][rows]
                held[number] = kept
        self.mask, self.positions = self.mask[rows], self.positions[rows]

    def _attended(self, layer: "_Layer", hidden: Any, cosine: Any, sine: Any) -> tuple[Any, Any, Any]:
        import torch

        rows, width, _ = hidden.shape
        normed = torch.nn.functional.rms_norm(hidden, (hidden.shape[-1],), layer.before, self.eps)
        merged = (normed @ layer.attention).view(rows, width, -1, self.size).transpose(1, 2)
        query, key, value = merged.split((self.heads, self.kv_heads, self.kv_heads), dim=1)
        return _turned(query, cosine, sine), _turned(key, cosine, sine), value

    def _closed(self, layer: "_Layer", hidden: Any, mixed: Any) -> Any:
        import torch

        rows, width, _ = hidden.shape
        hidden = hidden + mixed.transpose(1, 2).reshape(rows, width, -1) @ layer.output
        normed = torch.nn.functional.rms_norm(hidden, (hidden.shape[-1],), layer.after, self.eps)
        gate, up = (normed @ layer.widen).chunk(2, dim=-1)
        return hidden + (torch.nn.functional.silu(gate) * up) @ layer.narrow

    def _logits(self, hidden: Any) -> Any:
        import torch

        normed = torch.nn.functional.rms_norm(hidden, (hidden.shape[-1],), self.norm, self.eps)
        return normed @ self.head.T


class _Layer:
    """A layer's weights, those that are applied to one input put together."""

    def __init__(self, layer: Any) -> None:
        import torch

        attention, network = layer.self_attn, layer.mlp
        parts = [attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight]
        self.attention = torch.cat(parts).T.contiguous()
        self.output = attention.o_proj.weight.T.contiguous()
        self.widen = torch.cat([network.gate_proj.weight, network.up_proj.weight]).T.contiguous()
        self.narrow = network.down_proj.weight.T.contiguous()
        self.before, self.after = layer.input_layernorm.weight, layer.post_attention_layernorm.weight


def suits(model: Any) -> bool:
    """Whether `model` is a plain Llama in float32 on the CPU, without biases or scaled positions."""
    import torch

    config = model.config
    rope = getattr(config, "rope_parameters", None) or {}
    return (
        type(model).__name__ == "LlamaForCausalLM"
        and model.device.type == "cpu"
        and model.dtype == torch.float32
        and rope.get("rope_type") == "default"
        and not config.attention_bias
        and not config.mlp_bias
        and config.hidden_act == "silu"
        and config.hidden_size <= LARGEST
    )


LARGEST = 512
"""Hidden size up to which the library's calls cost more than the arithmetic."""


def _turned(heads: Any, cosine: Any, sine: Any) -> Any:
    """Rotary positions, halves rotated against each other."""
    import torch

    first, second = heads.chunk(2, dim=-1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1)
