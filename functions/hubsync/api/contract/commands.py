"""What can be asked of syncs, and what they can be told."""

from __future__ import annotations

from hubsync.api.contract.operation import FLAG, Operation, Query
from hubsync.api.contract.paging import CURSOR, LIMIT
from hubsync.api.contract.requests import DocumentBody, SyncSettings
from hubsync.api.contract.syncs import Applied, Comparison, ComparisonRun, Deletion, Sync, SyncLine, Syncs

RESTART = Query("restart", "Start an initial sync even of syncs whose settings are the same.", FLAG)


def _verb(verb: str, summary: str, words: str, *query: Query) -> Operation:
    return Operation(
        "POST",
        f"/v1/syncs/{{name}}/{verb}",
        f"{verb}Sync",
        "syncs",
        summary,
        {200: ComparisonRun if verb == "compare" else SyncLine},
        (400, 404, 409) if query else (404, 409),
        words,
        query=query,
        matched=True,
    )


OPERATIONS = (
    Operation(
        "POST",
        "/v1/apply",
        "apply",
        "syncs",
        "Save a document",
        {200: Applied},
        (400, 409, 422, 502, 503),
        "Makes connections and syncs what the document says. All of it is saved, or, with every fault told, nothing.",
        DocumentBody,
        (Query("dry", "Check, and answer as if, but save nothing.", FLAG), RESTART),
    ),
    Operation("GET", "/v1/syncs", "listSyncs", "syncs", "All syncs", {200: Syncs}, (400,), query=(CURSOR, LIMIT)),
    Operation(
        "GET",
        "/v1/syncs/{name}",
        "readSync",
        "syncs",
        "One sync with progress and counts",
        {200: Sync},
        (404,),
        tagged=True,
    ),
    Operation(
        "PUT",
        "/v1/syncs/{name}",
        "saveSync",
        "syncs",
        "Save one sync",
        {200: Applied},
        (400, 409, 422, 502, 503),
        "The same as a document with this sync alone.",
        SyncSettings,
        (RESTART,),
        matched=True,
    ),
    Operation(
        "DELETE",
        "/v1/syncs/{name}",
        "deleteSync",
        "syncs",
        "Delete a sync",
        {200: Deletion, 202: Deletion},
        (404, 409),
        "Everything known of its records goes; no record in either application is touched. 202: it still goes on.",
        matched=True,
    ),
    _verb("off", "Turn a sync off", "It reads and writes nothing any more. Index, bindings and settings stay."),
    _verb(
        "on",
        "Turn a sync on",
        "It runs again, from a rescan. A run that its brake holds begins anew once it is confirmed.",
        Query("confirm", "Let a run go on that the brake holds.", FLAG),
    ),
    _verb("restart", "Start a new initial sync", "Bindings, baselines and history survive."),
    _verb("compare", "Compare the index with both applications", "It repairs what was missed; the report tells."),
    Operation(
        "GET",
        "/v1/syncs/{name}/comparison",
        "readComparison",
        "syncs",
        "What the last comparisons found",
        {200: Comparison},
        (404,),
    ),
)
