"""A network, or a run from raw rows to answers, as an ONNX file."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from gradiente.errors import require_installed
from gradiente.export.onnx_encoder import ML, ML_VERSION, encoded
from gradiente.export.onnx_program import OnnxProgram, require_opset
from gradiente.export.subject import Subject
from gradiente.export.walk import written_in
from gradiente.operations import Value

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 18
ROWS = "rows"  # the name of the axis of instances


def onnx_model(subject: Subject, opset: int = OPSET) -> "ModelProto":
    """The model, checked by ONNX.

    A network's input is "x" and its output "y". A run on a table has an input for every column, (rows, 1): text where
    it has categories, else numbers, NaN where one is missing; any other run has one, "x", (rows, …), with the shape of
    its images. Its outputs are "label" and "probabilities", of several labels "labels" and "probabilities", both
    (rows, labels), or "value" in the target's own units, (rows, targets).

    Errors: ArgumentError for another opset, or a layer that ONNX cannot express; where onnx is not installed
    """
    require_installed("onnx", extra="onnx")
    from onnx import checker, helper, numpy_helper

    require_opset(opset)
    to = OnnxProgram(subject.network.dtype, opset)
    inputs, x, incomplete = _inputs(to, subject)
    y = written_in(
        to, subject.network, x, lambda name, array: to.constant(array, name), lambda _, value, __: value
    )
    outputs = _outputs(to, subject, y, incomplete)
    used = {name for node in to.nodes for name in node.input}
    graph = helper.make_graph(
        to.nodes,
        subject.name,
        [helper.make_tensor_value_info(name, kind, [ROWS, *shape]) for name, kind, shape in inputs],
        [helper.make_tensor_value_info(name, kind, [ROWS, *shape]) for name, kind, shape in outputs],
        [numpy_helper.from_array(array, name) for name, array in to.constants.items() if name in used],
    )
    versions = [helper.make_opsetid("", opset)]
    if any(node.domain == ML for node in to.nodes):
        versions.append(helper.make_opsetid(ML, ML_VERSION))
    model = helper.make_model(graph, opset_imports=versions, producer_name="gradiente")
    helper.set_model_props(model, _about(subject, y))
    model.ir_version = helper.find_min_ir_version_for(versions)
    checker.check_model(model, full_check=True)
    return model


def _about(subject: Subject, y: Value) -> dict[str, str]:
    """What a program that runs the file may want to know: the names of classes, labels and targets, as JSON."""
    about = {"target": subject.target, "classes": subject.classes(y.shape[1]) if subject.classifies else None}
    about["labels"] = subject.labels or None
    return {name: json.dumps(value, ensure_ascii=False) for name, value in about.items() if value is not None}


Signature = list[tuple[str, Any, tuple[int, ...]]]


def _inputs(to: OnnxProgram, subject: Subject) -> tuple[Signature, Value, Value | None]:
    from onnx import TensorProto, helper

    if subject.encoder is not None:
        found = encoded(to, subject.encoder)
        x = found.x.reshape("batch", *subject.input_shape)
        return [(name, kind, (1,)) for name, kind in found.inputs], x, found.incomplete
    kind = helper.np_dtype_to_tensor_dtype(to.dtype)
    shape = subject.input_shape
    if subject.network.takes_indices:
        kind = TensorProto.INT64
    elif subject.description is not None and subject.description.image_shape is not None:
        shape = tuple(subject.description.image_shape)
    x = Value(to, "x", ("batch", *shape))
    return [("x", kind, shape)], x.reshape("batch", *subject.input_shape), None


def _outputs(to: OnnxProgram, subject: Subject, y: Value, incomplete: Value | None) -> Signature:
    from onnx import TensorProto, helper

    kind = helper.np_dtype_to_tensor_dtype(to.dtype)
    if subject.description is None:
        to.node("Identity", [y], y.shape, output="y")
        return [("y", kind, y.shape[1:])]
    p = subject.estimate(to, y)
    if subject.labels:
        return _labels(to, subject, p, incomplete)
    if not subject.classifies:
        encoder = subject.encoder
        if encoder is not None and encoder.target_mean:
            p = to.node("Cast", [p], p.shape, to=TensorProto.DOUBLE)
            p = to.node("Mul", [p, to.typed(np.array([encoder.target_scale]))], p.shape)
            p = to.node("Add", [p, to.typed(np.array([encoder.target_mean]))], p.shape)
            p = to.node("Cast", [p], p.shape, to=kind)
        to.node("Identity", [p], p.shape, output="value")
        return [("value", kind, p.shape[1:])]
    p = subject.of_all_classes(to, p)
    number = to.node("ArgMax", [p], ("batch",), axis=1, keepdims=0)
    if incomplete is not None:  # a row with a gap has no label
        none = to.typed(np.array(-1))
        number = to.node("Where", [incomplete.reshape("batch"), none, number], ("batch",))
    classes = subject.classes(y.shape[1])
    options = {"keys_int64s": list(range(len(classes))), "values_strings": classes, "default_string": ""}
    to.node("LabelEncoder", [number], ("batch",), domain=ML, output="label", **options)
    to.node("Identity", [p], p.shape, output="probabilities")
    return [("label", TensorProto.STRING, ()), ("probabilities", kind, p.shape[1:])]


def _labels(to: OnnxProgram, subject: Subject, p: Value, incomplete: Value | None) -> Signature:
    """What the table has where a row has a label, or has it not; a row with a gap has neither."""
    from onnx import TensorProto, helper

    no, yes = (to.typed(np.array([words], object)) for words in zip(*subject.labels.values(), strict=True))
    has = to.node("Greater", [p, to.constant(np.array(0.5))], p.shape)
    labels = to.node("Where", [has, yes, no], p.shape)
    if incomplete is not None:
        labels = to.node("Where", [incomplete, to.typed(np.array([[""]], object)), labels], p.shape)
    to.node("Identity", [labels], p.shape, output="labels")
    to.node("Identity", [p], p.shape, output="probabilities")
    kind = helper.np_dtype_to_tensor_dtype(to.dtype)
    return [("labels", TensorProto.STRING, p.shape[1:]), ("probabilities", kind, p.shape[1:])]
