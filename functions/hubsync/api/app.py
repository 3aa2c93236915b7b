"""The routes of the management API."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from hubsync.api import fields, query, shapes
from hubsync.api.accounts import add_accounts
from hubsync.api.caller import caller_of
from hubsync.api.conditions import etag
from hubsync.api.deployed import add_deployed
from hubsync.api.differ import add_differ
from hubsync.api.document import read_document
from hubsync.api.exports import add_exports
from hubsync.api.guard import admit
from hubsync.api.identity import SignIn, add_identity
from hubsync.api.once import Once, acts, replayed
from hubsync.api.paging import cursor_of
from hubsync.api.plans import add_plans
from hubsync.api.problem import HANDLED, Problem, problem_of
from hubsync.api.records import RecordUseCases, add_records
from hubsync.api.trials import add_trials
from hubsync.services.export.order import Exports
from hubsync.services.manage.accounts import Accounts
from hubsync.services.manage.apply import Apply
from hubsync.services.manage.deployed import Deployed
from hubsync.services.manage.differ import Differ
from hubsync.services.manage.document import suggestion
from hubsync.services.manage.expected import tag_of
from hubsync.services.manage.lifecycle import Lifecycle
from hubsync.services.manage.view import View
from hubsync.services.plan.explain import Explain
from hubsync.services.plan.order import Plans
from hubsync.services.ports import Signals

NOWHERE = "There is nothing at this address."
ADDRESSES = (
    "Try /v1/syncs, /v1/syncs/NAME, /v1/connections, /v1/connections/NAME/objects/TYPE, /v1/apps, /v1/apps/KEY, "
    "/v1/notifications, or POST to /v1/apply."
)

VERBS = ("off", "on", "restart", "compare", "retry", "restore", "plan", "trial")
VERB = re.compile(r"/v1/syncs/[^/]+/([^/]+)\Z")
ACTION = re.compile(r"/v1/[a-z]+(/[a-z0-9_-]{1,60}(/[a-z]+)?)?\Z")
"""Paths of actions: a word of ours, maybe the name of a sync or an account as documents give them, maybe a verb."""

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def create_app(
    *,
    apply: Apply,
    lifecycle: Lifecycle,
    view: View,
    records: RecordUseCases,
    plans: Plans,
    exports: Exports,
    explain: Explain,
    deployed: Deployed,
    differ: Differ,
    accounts: Accounts,
    once: Once,
    sign_in: SignIn,
    signals: Signals,
) -> Handler:
    """The Lambda handler of the API: it takes an HTTP API event (payload 2.0) and answers it.

    `sign_in` is told to those who want to sign in; `signals` hear of every action, and of who asked for it. Errors that
    are bugs of ours are raised, for the log and the alarm to see.
    """
    app = APIGatewayHttpResolver()
    add_records(app, records, view, lambda: _json(app))
    add_plans(app, plans, explain, lambda: _json(app), lambda name: query.flag(app, name))
    add_exports(app, exports, lambda: _json(app))
    add_trials(app, lifecycle, view, lambda: _json(app))
    add_deployed(app, deployed)
    add_accounts(app, accounts, view, lambda: _json(app))
    add_differ(app, differ, lambda: _json(app))
    add_identity(app, sign_in)
    _add_commands(app, apply, lifecycle)
    _add_queries(app, view)

    @app.not_found
    def unknown(_: Exception) -> Response[str]:
        told = VERB.match(app.current_event.path) if app.current_event.http_method == "POST" else None
        if told is not None:
            words = f"A sync cannot be told to {told[1]}."
            return Problem(404, words, suggestion(told[1], VERBS)).response()
        return Problem(404, NOWHERE, ADDRESSES).response()

    def failed(error: Exception) -> Response[str]:
        return problem_of(error).response()

    app.exception_handler(list(HANDLED))(failed)

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            body = _body(event)
            caller = admit(event, body)
            if not query.reachable(event.get("rawPath") or ""):
                raise Problem(404, NOWHERE, ADDRESSES)
            reply = once(event, body, caller, lambda: app.resolve(event, context))
        except Problem as problem:
            refused = problem.response()
            headers = {"Content-Type": refused.content_type, **problem.headers}
            reply = {"statusCode": refused.status_code, "headers": headers, "body": refused.body}
        _note(signals, event, reply)
        return reply

    return handle


def _note(signals: Signals, event: Mapping[str, Any], reply: Mapping[str, Any]) -> None:
    """Who did what, or was refused it. A path that acts has names of syncs and accounts in it, never a record's id; one
    that no action has may hold anything, a customer's address too, and is not told.
    """
    method, path = event["requestContext"]["http"]["method"], event.get("rawPath", "")
    caller = caller_of(event)
    if caller is None or not acts(method, path):
        return
    signals.note(
        "action",
        method=method,
        path=path if ACTION.match(path) else "unknown",
        status=reply["statusCode"],
        replayed=replayed(reply),
        caller=caller.id,
        kind=caller.kind,
        role=caller.role,
    )


def _add_commands(app: APIGatewayHttpResolver, apply: Apply, lifecycle: Lifecycle) -> None:
    @app.post("/v1/apply")
    def apply_document() -> shapes.Json:
        dry, restart = query.flag(app, "dry"), query.flag(app, "restart")
        return shapes.applied(apply(read_document(_json(app)), dry=dry, restart=restart))

    @app.put("/v1/syncs/<name>")
    def save(name: str) -> shapes.Json:
        document = read_document({"syncs": {name: _json(app)}})
        return shapes.applied(apply(document, restart=query.flag(app, "restart"), expected=query.expected(app)))

    @app.delete("/v1/syncs/<name>")
    def delete(name: str) -> tuple[shapes.Json, int]:
        deleted = lifecycle.delete(name, expected=query.expected(app))
        return {"name": deleted.name, "done": deleted.done}, 200 if deleted.done else 202

    @app.post("/v1/syncs/<name>/off")
    def off(name: str) -> shapes.Json:
        return shapes.brief(lifecycle.off(name, expected=query.expected(app)))

    @app.post("/v1/syncs/<name>/on")
    def on(name: str) -> shapes.Json:
        return shapes.brief(lifecycle.on(name, confirm=query.flag(app, "confirm"), expected=query.expected(app)))

    @app.post("/v1/syncs/<name>/restart")
    def restart(name: str) -> shapes.Json:
        return shapes.brief(lifecycle.restart(name, expected=query.expected(app)))

    @app.post("/v1/syncs/<name>/compare")
    def compare(name: str) -> shapes.Json:
        sync = lifecycle.compare(name, expected=query.expected(app))
        return {**shapes.brief(sync), "run": sync.comparison}


def _add_queries(app: APIGatewayHttpResolver, view: View) -> None:
    @app.get("/v1/syncs")
    def syncs() -> shapes.Json:
        listed = "syncs"
        found, place = view.syncs(query.limit(app), query.place(app, listed))
        return {"syncs": [shapes.full(each) for each in found], "next": cursor_of(listed, place)}

    @app.get("/v1/syncs/<name>")
    def sync(name: str) -> Response[shapes.Json]:
        found = view.sync(name)
        return Response(200, "application/json", shapes.full(found), headers=etag(tag_of(found.sync)))

    @app.get("/v1/syncs/<name>/comparison")
    def comparison(name: str) -> shapes.Json:
        sync, told = view.comparison(name)
        report = None if sync.compared is None else shapes.comparison(sync.compared)
        return {"report": report, "reports": [shapes.notification(each) for each in told]}

    @app.get("/v1/notifications")
    def notifications() -> shapes.Json:
        listed = "notifications"
        told, place = view.notifications(query.limit(app), query.place(app, listed))
        return {"notifications": [shapes.notification(each) for each in told], "next": cursor_of(listed, place)}

    @app.get("/v1/connections")
    def connections() -> shapes.Json:
        return {"connections": [shapes.connection(each) for each in view.connections()]}

    @app.get("/v1/apps")
    def apps() -> shapes.Json:
        return {"apps": [{"key": key, "name": name} for key, name in view.apps().items()]}

    @app.get("/v1/apps/<app>")
    def one_app(app: str) -> shapes.Json:
        return fields.app(app, view.apps(), view.objects(app))

    @app.get("/v1/connections/<connection>/objects/<object>")
    def object_fields(connection: str, object: str) -> shapes.Json:  # noqa: A002 - it is the parameter's name
        return fields.live(connection, *view.fields(connection, object))

    @app.get("/v1/health")
    def health() -> shapes.Json:
        return {"status": "ok"}

    @app.get("/v1/openapi.json")
    def openapi() -> Response[str]:
        # It needs every model of the contract, which no other route does.
        from hubsync.api.contract.document import text

        return Response(200, "application/json", text())


def _body(event: Mapping[str, Any]) -> bytes:
    text = event.get("body") or ""
    return base64.b64decode(text) if event.get("isBase64Encoded") else text.encode("utf-8", "surrogatepass")


def _json(app: APIGatewayHttpResolver) -> object:
    try:
        return json.loads(_body(app.current_event.raw_event))
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not JSON.", "Send the document as JSON; hubsync apply does that.") from None
