"""The JSON Schema of a document of connections and syncs, for editors.

PYTHONPATH=functions python -m hubsync.api.contract.schema     prints it, as `make openapi` writes it
"""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import Any

from hubsync.api.contract.requests import DocumentBody
from hubsync.api.contract.words import WORDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema, each key with what it means."""
    made = DocumentBody.model_json_schema()
    models = {"DocumentBody": made, **made["$defs"]}
    for name, model in models.items():
        model.pop("title", None)
        if "description" in model:
            model["description"] = " ".join(str(model["description"]).split())
        for key, setting in model.get("properties", {}).items():
            setting.pop("title", None)
            setting["description"] = WORDS[name, key]
    return {"$schema": DIALECT, "title": "A document of connections and syncs for `hubsync apply`", **made}


@cache
def text() -> str:
    """The schema as it is served and committed."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
