"""A trained table behind HTTP: the columns of some rows in, their labels and probabilities out.

    pip install fastapi uvicorn onnxruntime
    gradiente train iris --run runs/iris
    gradiente export runs/iris --output model.onnx
    MODEL=model.onnx uvicorn --factory app:from_environment
    curl localhost:8000/predict -H "Content-Type: application/json" -d '[{"sepal length": 5.1, …}]'

The service needs neither gradiente nor a GPU: the file takes the raw columns.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from fastapi import FastAPI, HTTPException

TYPES: dict[str, Any] = {"tensor(string)": object, "tensor(float)": np.float32, "tensor(double)": np.float64}
Row = dict[str, str | float | None]


def service(model: str | Path) -> FastAPI:
    """The application that answers with a file of `gradiente export`."""
    app = FastAPI(title="gradiente")
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    about = session.get_modelmeta().custom_metadata_map
    classes = json.loads(about.get("classes", "[]"))

    @app.get("/columns")
    def columns() -> dict[str, str]:
        return {entry.name: "text" if "string" in entry.type else "number" for entry in session.get_inputs()}

    @app.post("/predict")
    def predict(rows: list[Row]) -> list[dict[str, Any]]:
        inputs = {entry.name: _column(entry, rows) for entry in session.get_inputs()}
        found: Any = session.run(None, inputs)
        if not classes:
            return [{"value": value} for value in found[0].squeeze(1).tolist()]
        return [
            {"label": label, "probabilities": dict(zip(classes, p, strict=True))}
            for label, p in zip(found[0].tolist(), found[1].tolist(), strict=True)
        ]

    return app


def _column(entry: Any, rows: list[Row]) -> np.ndarray:
    """One input of the model; a value that is null counts as missing."""
    is_text = "string" in entry.type
    absent = "" if is_text else np.nan
    try:
        cells = [absent if row[entry.name] is None else row[entry.name] for row in rows]
        cells = list(map(str, cells)) if is_text else cells
        return np.array(cells, TYPES[entry.type])[:, None]
    except KeyError:
        raise HTTPException(422, f"every row needs the column {entry.name!r}") from None
    except ValueError:
        raise HTTPException(422, f"the column {entry.name!r} holds numbers") from None


def from_environment() -> FastAPI:
    """The application for the file that the variable MODEL names."""
    return service(os.environ.get("MODEL", "model.onnx"))
