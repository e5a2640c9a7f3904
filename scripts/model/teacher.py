#!/usr/bin/env python3
"""Step 2: what the transformer all-MiniLM-L6-v2 makes of each text: mean pooled, unit length.

Builds the model as an ONNX graph from its weights, quantises it to 8 bits (cosine to the float model: 0.994) and writes
OUT/teacher.npy: texts x 384, float16, row i for text i of OUT/texts.json.
"""
import argparse
import json
import os

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file
from tokenizers import Tokenizer

WIDTH, HEADS, LAYERS = 384, 12, 6
MAX_TOKENS = 128
BATCH_TOKENS = 4096


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="folder that holds model.safetensors and tokenizer.json")
    parser.add_argument("--out", required=True, help="folder that holds texts.json")
    args = parser.parse_args()
    float_path, int8_path = (os.path.join(args.out, name) for name in ("minilm.onnx", "minilm8.onnx"))
    onnx.save(transformer(load_file(os.path.join(args.model, "model.safetensors"))), float_path)
    quantize_dynamic(float_path, int8_path, weight_type=QuantType.QInt8, per_channel=True)
    tokenizer = Tokenizer.from_file(os.path.join(args.model, "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    with open(os.path.join(args.out, "texts.json"), encoding="utf-8") as f:
        texts = [text for text, _ in json.load(f)]
    ids = []
    for start in range(0, len(texts), 20_000):
        ids += [encoding.ids for encoding in tokenizer.encode_batch(texts[start : start + 20_000])]
    np.save(os.path.join(args.out, "teacher.npy"), run(onnxruntime.InferenceSession(int8_path), ids))


def run(session, ids):
    """Texts of about one length together, so that little is spent on padding."""
    vectors = np.zeros((len(ids), WIDTH), np.float16)
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    start = 0
    while start < len(order):
        n_texts = max(8, min(512, BATCH_TOKENS // max(len(ids[order[start]]), 1)))
        batch = order[start : start + n_texts]
        length = max(len(ids[i]) for i in batch)
        tokens, mask = np.zeros((len(batch), length), np.int64), np.zeros((len(batch), length), np.int64)
        for row, i in enumerate(batch):
            tokens[row, : len(ids[i])] = ids[i]
            mask[row, : len(ids[i])] = 1
        vectors[batch] = session.run(None, {"ids": tokens, "positions": np.arange(length), "mask": mask})[0]
        start += len(batch)
    return vectors


def transformer(weights):
    """The ONNX graph of a BERT encoder: token ids, positions and mask in, unit vectors out."""
    weights = {
        name.replace("bert.", ""): value.astype(np.float32)
        for name, value in weights.items()
        if value.dtype != np.int64
    }
    initializers, nodes = [], []

    def const(name, value):
        initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(kind, *inputs, **attributes):
        output = f"t{len(nodes)}"
        nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def norm(x, name):
        scale, bias = const(name + ".g", weights[name + ".weight"]), const(name + ".b", weights[name + ".bias"])
        return op("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-12)

    def dense(x, name):
        product = op("MatMul", x, const(name + ".w", weights[name + ".weight"].T))
        return op("Add", product, const(name + ".c", weights[name + ".bias"]))

    tokens = op("Gather", const("words", weights["embeddings.word_embeddings.weight"]), "ids")
    kinds = const("kinds", weights["embeddings.token_type_embeddings.weight"][0])
    places = op("Gather", const("places", weights["embeddings.position_embeddings.weight"]), "positions")
    x = norm(op("Add", op("Add", tokens, kinds), places), "embeddings.LayerNorm")

    mask = op("Cast", "mask", to=TensorProto.FLOAT)
    one, far = const("one", np.float32(1)), const("far", np.float32(-1e4))
    outside = op("Unsqueeze", op("Sub", one, mask), const("axes12", np.array([1, 2])))
    outside = op("Mul", outside, far)
    by_head = const("by_head", np.array([0, 0, HEADS, WIDTH // HEADS]))
    flat = const("flat", np.array([0, 0, WIDTH]))
    scale = const("scale", np.float32((WIDTH // HEADS) ** -0.5))
    half, root = const("half", np.float32(0.5)), const("root", np.float32(2**-0.5))
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."

        def head(name, order):
            projected = dense(x, prefix + "attention.self." + name)
            return op("Transpose", op("Reshape", projected, by_head), perm=order)

        query, key, value = head("query", [0, 2, 1, 3]), head("key", [0, 2, 3, 1]), head("value", [0, 2, 1, 3])
        attention = op("Softmax", op("Add", op("Mul", op("MatMul", query, key), scale), outside), axis=-1)
        mixed = op("Reshape", op("Transpose", op("MatMul", attention, value), perm=[0, 2, 1, 3]), flat)
        mixed = dense(mixed, prefix + "attention.output.dense")
        x = norm(op("Add", mixed, x), prefix + "attention.output.LayerNorm")
        inner = dense(x, prefix + "intermediate.dense")
        gelu = op("Mul", op("Mul", inner, half), op("Add", op("Erf", op("Mul", inner, root)), one))
        x = norm(op("Add", dense(gelu, prefix + "output.dense"), x), prefix + "output.LayerNorm")

    seen = op("Mul", x, op("Unsqueeze", mask, const("axes2", np.array([2]))))
    total = op("ReduceSum", seen, const("axes1", np.array([1])), keepdims=0)
    nodes.append(helper.make_node("LpNormalization", [total], ["out"], axis=-1, p=2))
    value = helper.make_tensor_value_info
    inputs = [
        value("ids", TensorProto.INT64, ["texts", "tokens"]),
        value("positions", TensorProto.INT64, ["tokens"]),
        value("mask", TensorProto.INT64, ["texts", "tokens"]),
    ]
    outputs = [value("out", TensorProto.FLOAT, ["texts", WIDTH])]
    graph = helper.make_graph(nodes, "minilm", inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model


if __name__ == "__main__":
    main()
