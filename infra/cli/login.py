"""`hubsync login`, `logout` and `whoami`: a person signs in to a deployment, and stays so for a week."""

from __future__ import annotations

import sys
import webbrowser
from typing import Annotated

import typer

from infra.cli.client import Client
from infra.cli.errors import UNAUTHORISED, USAGE, CliError
from infra.cli.say import Json, err, out, print_json, target_of
from infra.cli.target import TOKEN_VARIABLE, Target, find_url, saved_tokens, where_to_sign_in
from infra.sign_in import bearer, tokens
from infra.sign_in.pages import Attempt, Listener
from infra.sign_in.tokens import Endpoints, SignInError, Token

app = typer.Typer()

WAIT_SECONDS = 300.0
"""How long a person has to sign in, a new password and a second factor included."""


@app.command()
def login(
    context: typer.Context,
    *,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Without, the address is shown, and the answer asked for.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Sign in to the deployment, in the browser; good for a week without use."""
    url = find_url(context.find_root().obj[0])
    where = where_to_sign_in(url)
    at = Endpoints(where["token_url"], where["revoke_url"], where["client_id"])
    try:
        if browser:
            with Listener(where["callbacks"]) as listener:
                attempt = Attempt.begin(at, where["authorize_url"], listener.callback, where["scopes"])
                token = _in_browser(attempt, listener)
        else:
            token = _by_hand(Attempt.begin(at, where["authorize_url"], where["callbacks"][0], where["scopes"]))
    except SignInError as error:
        raise CliError(error.sentence, error.remedy, code=UNAUTHORISED) from None
    saved = saved_tokens()
    saved.save(url, token, at)
    with Client(Target(url, bearer.person(at, api_url=url, saved=saved))) as client:
        _tell(client, as_json=as_json)


@app.command()
def logout(context: typer.Context, *, as_json: Json = False) -> None:
    """Sign out of the deployment: what was saved here is dropped, and worthless from now on."""
    url = find_url(context.find_root().obj[0])
    saved = saved_tokens()
    token, at = saved.find(url), saved.endpoints(url)
    saved.forget(url)
    try:
        if token is not None and token.refresh and at is not None:
            tokens.revoke(at, token.refresh)
    except SignInError as error:
        err.print(f"{error.sentence} The saved sign-in is dropped, and ends by itself within a week.", markup=False)
    if as_json:
        print_json({"api_url": url, "was_signed_in": token is not None})
    elif token is None:
        out.print(f"Nobody was signed in to {url}.", markup=False)
    else:
        out.print(f"You are signed out of {url}.", markup=False)


@app.command()
def whoami(context: typer.Context, *, as_json: Json = False) -> None:
    """Say who asks the API, and what they may do."""
    with Client(target_of(context)) as client:
        _tell(client, as_json=as_json)


def _in_browser(attempt: Attempt, listener: Listener) -> Token:
    if not webbrowser.open(attempt.url):
        err.print("No browser can be opened here. Open this address on this machine:", markup=False)
    else:
        err.print("Sign in in the browser. If none opened, open this address:", markup=False)
    err.print(attempt.url, markup=False)
    return attempt.finish(listener.wait(WAIT_SECONDS))


def _by_hand(attempt: Attempt) -> Token:
    if not sys.stdin.isatty():
        raise CliError(
            "Nobody is there to sign in.", f"A program sets HUBSYNC_CLIENT_ID or {TOKEN_VARIABLE}.", code=USAGE
        )
    err.print("Open this address in any browser and sign in:", markup=False)
    err.print(attempt.url, markup=False)
    err.print("The browser then goes to an address on localhost that does not open. Copy that one whole.", markup=False)
    return attempt.finish(typer.prompt("Address", err=True))


def _tell(client: Client, *, as_json: bool) -> None:
    me = client.get("/v1/me")
    if as_json:
        print_json(me)
        return
    if me["role"] is None:
        out.print("You are signed in, and have no role yet: an admin has to put you into a group.", markup=False)
        return
    who = "You are" if me["kind"] == "person" else "This program is"
    others = [role for role in me["roles"] if role != me["role"]]
    also = f", and may do what {' and '.join(others)} may" if others else ""
    out.print(f"{who} signed in as {me['role']}{also}.", markup=False)
