"""The trained network as an int8 ONNX file, without names of this machine in it."""

import logging
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from classifiers.training.network import Network

_EXAMPLE = (2, 9)
_MOST_PIECES = 512
_NEAR = 2e-3


def export(network: Network, path: Path, whole: Path) -> None:
    """Write the network in fp32 to `whole`, check it, and in int8 to `path`.

    Raises `ValueError` when the fp32 file does not answer as the network does.
    """
    _write(network.eval(), whole)
    _compare(network, whole)
    part = path.with_suffix(".part")
    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(
        whole,
        part,
        weight_type=QuantType.QInt8,
        per_channel=True,
        # Older processors add up pairs of 8-bit products in 16 bits: 7 bits never overflow.
        reduce_range=True,
        nodes_to_exclude=_outer_nodes(onnx.load(whole)),
        op_types_to_quantize=["MatMul", "Gemm", "Gather"],
        extra_options={"MatMulConstBOnly": True},
    )
    onnx.save(_stripped(onnx.load(part)), part)
    part.replace(path)


def _write(network: Network, path: Path) -> None:
    ids = torch.ones(_EXAMPLE, dtype=torch.int64)
    dims = {
        0: torch.export.Dim("texts", max=4_096),
        1: torch.export.Dim("pieces", max=_MOST_PIECES),
    }
    program = torch.onnx.export(
        network,
        (ids, torch.ones_like(ids)),
        input_names=["ids", "mask"],
        output_names=["scores", "vectors", "piece_scores"],
        dynamic_shapes=(dims, dims),
        dynamo=True,
        verbose=False,
    )
    onnx.save(_stripped(program.model_proto), path)


def _outer_nodes(model: onnx.ModelProto) -> list[str]:
    """The heads and the projection, which are small and stay exact."""
    outer = {"heads.weight", "project.weight"}
    outer |= {node.output[0] for node in model.graph.node if outer.intersection(node.input)}
    return [
        node.name
        for node in model.graph.node
        if node.op_type in ("Gemm", "MatMul") and outer.intersection(node.input)
    ]


def _stripped(model: onnx.ModelProto) -> onnx.ModelProto:
    """Without the names of source files, which double a small model, and without shapes,
    which quantisation would make wrong."""
    for item in (model, model.graph, *model.graph.node):
        del item.metadata_props[:]
        item.doc_string = ""
    del model.graph.value_info[:]
    return model


def _compare(network: Network, path: Path) -> None:
    ids = torch.randint(4, 1_000, (3, 17), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    mask[1, 8:] = 0
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    said = session.run(None, {"ids": ids.numpy(), "mask": mask.numpy()})
    with torch.inference_mode():
        wanted = network(ids, mask)
    for name, one, other in zip(("scores", "vectors"), said, wanted, strict=False):
        if not np.allclose(one, other.numpy(), atol=_NEAR):
            raise ValueError(f"{path.name}: {name} are not what the network says")
