"""The encoder as torch trains it: the rebuilt BERT, its vocabulary cut, some layers taken out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from classifiers.training import pretrained, vocabulary
from classifiers.training.pretrained import FEED_FORWARD, HEADS, HIDDEN, LAYERS, POSITIONS, TYPES

_EPSILON = 1e-12
_PAD = 1
_BYTE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """A network, the tokenizer that goes with it, and that tokenizer as a file."""

    network: BertModel
    tokenizer: Tokenizer
    tokenizer_json: str


def rebuilt(depth: int = LAYERS, kept: Sequence[int] | None = None) -> Encoder:
    """The pretrained encoder: the lowest `depth` of 12 layers, the `kept` pieces or all."""
    weights = pretrained.read_weights(pretrained.weights_path())
    whole = pretrained.read_tokenizer()
    pieces = list(range(pretrained.PIECES)) if kept is None else list(kept)
    table = "embeddings.word_embeddings.weight"
    weights[table] = weights[table][pieces]
    network = BertModel(config_of(len(pieces), depth), add_pooling_layer=False)
    state = {
        name: torch.from_numpy(np.ascontiguousarray(values))
        for name, values in _layers_of(weights, depth).items()
    }
    network.load_state_dict(state)
    text = pretrained.tokenizer_path().read_text("utf-8")
    text = text if kept is None else vocabulary.cut(whole, pieces)
    return Encoder(network=network, tokenizer=Tokenizer.from_str(text), tokenizer_json=text)


def config_of(pieces: int, depth: int) -> BertConfig:
    # Dropout inside attention costs a third of each step on a processor: see `ByteDropout`.
    config = BertConfig(
        vocab_size=pieces,
        hidden_size=HIDDEN,
        num_hidden_layers=depth,
        num_attention_heads=HEADS,
        intermediate_size=FEED_FORWARD,
        max_position_embeddings=POSITIONS,
        type_vocab_size=TYPES,
        layer_norm_eps=_EPSILON,
        pad_token_id=_PAD,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    # The fused kernel is slower backwards than plain products on a processor.
    config._attn_implementation = "eager"
    return config


def _layers_of(weights: dict[str, pretrained.Floats], depth: int) -> dict[str, pretrained.Floats]:
    """Every tensor but those of layers above `depth`.

    The lowest layers: after 75 steps they had learnt more than every other layer did after 100
    and 700 steps of masked-language training.
    """
    return {
        name: values
        for name, values in weights.items()
        if not name.startswith("encoder.layer.") or int(name.split(".")[2]) < depth
    }


class ByteDropout(nn.Module):
    """Dropout whose chances are random bytes: torch's own draws cost a third of a step."""

    def __init__(self, share: float, seed: int) -> None:
        super().__init__()
        self.limit = round(share * _BYTE)
        self.random = np.random.Generator(np.random.SFC64(seed))

    def forward(self, values: Tensor) -> Tensor:
        if not self.training or not self.limit:
            return values
        drawn = np.frombuffer(self.random.bytes(values.numel()), dtype=np.uint8).copy()
        kept = torch.from_numpy(drawn).view(values.shape) >= self.limit
        return values * (kept.to(values.dtype) * (_BYTE / (_BYTE - self.limit)))


def add_dropout(network: BertModel, share: float, seed: int) -> None:
    """Put `ByteDropout` where BERT has its own, except inside attention."""
    layers = network.encoder.layer
    network.embeddings.dropout = ByteDropout(share, seed)
    for number, layer in enumerate(layers):
        layer.attention.output.dropout = ByteDropout(share, seed + 2 * number + 1)
        layer.output.dropout = ByteDropout(share, seed + 2 * number + 2)
