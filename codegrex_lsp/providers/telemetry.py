"""The wire of telemetry: one POST to the managed cloud, specified in docs/telemetry.md."""

from __future__ import annotations

from codegrex_lsp.providers.decoding import encoded
from codegrex_lsp.providers.openai_chat import endpoint
from codegrex_lsp.providers.wire import Call, TelemetryBatch
from codegrex_lsp.values.telemetry import SCHEMA


def encode(batch: TelemetryBatch) -> Call:
    """The request: what `telemetry show` prints, and the schema's version."""
    reports = [report.as_json() for report in batch.reports]
    body = {"schema": SCHEMA, "install": batch.install, "reports": reports}
    return Call("POST", endpoint(batch.provider, "telemetry"), encoded(body))
