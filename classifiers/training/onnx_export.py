"""Writes model.onnx beside a Hugging Face classifier's weights, so that it runs without torch.

python -m classifiers.training.onnx_export FOLDER
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

_NAMES = ("input_ids", "attention_mask", "token_type_ids")
# Any size but one: the exporter would take a length of one for the only one there is.
_EXAMPLE = (2, 8)
_NEAR = 1e-3


def export(folder: Path) -> Path:
    """Gives the path of the file, which replaces one that is there.

    Raises `ValueError` when it would not answer as the weights do.
    """
    torch, transformers = import_module("torch"), import_module("transformers")
    network = transformers.AutoModelForSequenceClassification.from_pretrained(
        folder, local_files_only=True, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    network.config.return_dict = False
    names = _NAMES if (getattr(network.config, "type_vocab_size", None) or 1) > 1 else _NAMES[:2]
    # One tensor for each: the exporter would take one that is given thrice for a single input.
    example = {name: torch.ones(_EXAMPLE, dtype=torch.int64) for name in names}
    part = folder / "model.onnx.part"
    dims = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens", max=_most_tokens(network))}
    torch.onnx.export(
        network,
        (),
        part,
        kwargs=example,
        input_names=list(names),
        output_names=["logits"],
        dynamic_shapes=dict.fromkeys(names, dims),
        external_data=False,
        verbose=False,
    )
    _strip(part)
    _compare(part, network, names)
    path = folder / "model.onnx"
    part.replace(path)
    return path


def _strip(path: Path) -> None:
    """Take out the names of source files and of this machine, which double a small model."""
    onnx = import_module("onnx")
    model = onnx.load(path)
    for item in (model, model.graph, *model.graph.node, *model.graph.value_info):
        del item.metadata_props[:]
        item.doc_string = ""
    del model.graph.value_info[:]
    onnx.save(model, path)


def _compare(path: Path, network: Any, names: Sequence[str]) -> None:
    """Raises `ValueError` unless the file answers as the network does, at another size too."""
    torch, onnxruntime = import_module("torch"), import_module("onnxruntime")
    shape = (3, 2 * _EXAMPLE[1])
    feeds = {name: torch.ones(shape, dtype=torch.int64) for name in names}
    feeds["input_ids"] = torch.randint(
        network.config.vocab_size, shape, generator=torch.Generator().manual_seed(1)
    )
    feeds["attention_mask"][1, _EXAMPLE[1] :] = 0
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    answer = session.run(None, {name: tensor.numpy() for name, tensor in feeds.items()})[0]
    with torch.inference_mode():
        wanted = network(**feeds)[0]
    if not torch.allclose(torch.from_numpy(answer), wanted, atol=_NEAR, rtol=_NEAR):
        raise ValueError(f"{path} does not answer as the weights do: do not use it")


def _most_tokens(network: Any) -> int:
    return int(getattr(network.config, "max_position_embeddings", None) or 512) - 2


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    sys.stdout.write(f"{export(Path(sys.argv[1]))}\n")
