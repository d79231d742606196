"""Makes `tone.onnx`, a voice for piper that needs no training: 440 Hz, the longer the more phonemes it is given.

`pip install onnx`, then `python make.py` in this folder.  Piper asks of a model three inputs (phonemes by number, how
many, three scales) and one output of shape (1, 1, 1, samples):
piper1-gpl, `src/piper/voice.py`, `phoneme_ids_to_audio`.
"""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RATE = 22050
EACH = 1000  # samples of each phoneme
KNOWN = "abcdefghijklmnopqrstuvwxyzɑɔəɛɡɥɲʁʃʒœøɪʊː̃ˈˌ ,.!?'-"

nodes = [
    helper.make_node("Mul", ["input_lengths", "each"], ["lengths"]),
    helper.make_node("Squeeze", ["lengths", "first"], ["length"]),
    helper.make_node("Range", ["zero", "length", "one"], ["instants"]),
    helper.make_node("Cast", ["instants"], ["moments"], to=TensorProto.FLOAT),
    helper.make_node("Mul", ["moments", "turn"], ["phase"]),
    helper.make_node("Sin", ["phase"], ["wave"]),
    helper.make_node("Mul", ["wave", "loud"], ["sound"]),
    helper.make_node("Unsqueeze", ["sound", "axes"], ["output"]),
]
constants = {
    "each": np.array([EACH], np.int64),
    "first": np.array([0], np.int64),
    "zero": np.array(0, np.int64),
    "one": np.array(1, np.int64),
    "turn": np.array(2 * np.pi * 440 / RATE, np.float32),
    "loud": np.array(0.3, np.float32),
    "axes": np.array([0, 1, 2], np.int64),
}
graph = helper.make_graph(
    nodes,
    "tone",
    [
        helper.make_tensor_value_info("input", TensorProto.INT64, ["batch", "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch"]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ],
    [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 1, 1, "samples"])],
    [numpy_helper.from_array(value, name) for name, value in constants.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, "tone.onnx")
phonemes = {"_": [0], "^": [1], "$": [2], **{phoneme: [3 + at] for at, phoneme in enumerate(KNOWN)}}
told = {
    "audio": {"sample_rate": RATE},
    "espeak": {"voice": "fr"},
    "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
    "phoneme_type": "espeak",
    "phoneme_id_map": phonemes,
    "num_symbols": len(phonemes),
    "num_speakers": 1,
}
with open("tone.onnx.json", "w", encoding="utf-8") as file:
    json.dump(told, file, ensure_ascii=False)
