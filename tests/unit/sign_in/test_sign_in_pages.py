"""A person at the pages, and the tokens that come of it: the proof, the answer, the renewal, what is kept."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from infra.sign_in import bearer, tokens
from infra.sign_in.pages import Attempt, Listener
from infra.sign_in.saved import KEPT_SECONDS, SavedTokens
from infra.sign_in.tokens import Endpoints, SignInError, Token

CALLBACK = "http://localhost:8765/"


@dataclass
class Pool:
    """A token endpoint that answers what it is told to, and keeps what it was asked."""

    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    authorised: list[str | None] = field(default_factory=list)
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    @property
    def at(self) -> Endpoints:
        return Endpoints(f"{self.url}/token", f"{self.url}/revoke", "people")


@pytest.fixture
def pool() -> Iterator[Pool]:
    found = Pool()

    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.asked.append({name: values[0] for name, values in parse_qs(body).items()})
            found.authorised.append(self.headers.get("Authorization"))
            status, told = found.answers.pop(0)
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def saved(tmp_path: Path) -> SavedTokens:
    return SavedTokens(tmp_path / "deep" / "credentials.json")


def answer(access: str, **more: Any) -> tuple[int, dict[str, Any]]:
    return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 3600, **more}


def begun(pool: Pool) -> tuple[Attempt, dict[str, str]]:
    attempt = Attempt.begin(pool.at, "https://sign-in.example.com/authorize", CALLBACK, ["openid", "hubsync/person"])
    return attempt, {name: values[0] for name, values in parse_qs(urlsplit(attempt.url).query).items()}


def test_a_code_is_exchanged_with_the_proof_that_was_promised(pool: Pool) -> None:
    attempt, told = begun(pool)
    pool.answers.append(answer("access", refresh_token="refresh"))
    token = attempt.finish(f"/?code=abc&state={told['state']}")
    assert (token.access, token.refresh, token.fresh) == ("access", "refresh", True)
    (asked,) = pool.asked
    digest = sha256(asked["code_verifier"].encode()).digest()
    assert told["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert told["code_challenge_method"] == "S256"
    assert (asked["grant_type"], asked["code"], asked["redirect_uri"]) == ("authorization_code", "abc", CALLBACK)
    assert (asked["client_id"], pool.authorised) == ("people", [None])
    assert told["scope"] == "openid hubsync/person"


def test_two_attempts_share_neither_state_nor_proof(pool: Pool) -> None:
    one, other = begun(pool)[0], begun(pool)[0]
    assert one.state != other.state
    assert one.verifier != other.verifier
    assert len(one.verifier) >= 43  # RFC 7636, section 4.1


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/?code=abc&state=another", "not that of this sign-in"),
        ("/?code=abc", "not that of this sign-in"),
        ("/?error=access_denied&state={state}", "access_denied"),
        ("/?error=x&error_description=No+such+person&state={state}", "No such person"),
        ("/?state={state}", "no code"),
        ("whatever", "not that of this sign-in"),
    ],
)
def test_an_answer_that_is_not_ours_gets_no_token(pool: Pool, address: str, says: str) -> None:
    attempt, told = begun(pool)
    with pytest.raises(SignInError, match=says):
        attempt.finish(address.format(state=told["state"]))
    assert pool.asked == []


def test_a_refusal_and_an_outage_are_told_in_words(pool: Pool) -> None:
    pool.answers += [(400, {"error": "invalid_client"}), (500, {})]
    with pytest.raises(SignInError, match="invalid_client"):
        tokens.of_machine(pool.at.token_url, "ci", "secret")
    with pytest.raises(SignInError):
        tokens.of_machine(pool.at.token_url, "ci", "secret")
    with pytest.raises(SignInError, match="does not answer"):
        tokens.of_machine("http://127.0.0.1:9/token", "ci", "secret")


def test_the_listener_waits_for_the_answer_and_takes_nothing_else_for_it() -> None:
    with Listener(["http://localhost:0/"]) as listener:
        port = listener._server.server_port

        def browse() -> None:
            httpx.get(f"http://127.0.0.1:{port}/favicon.ico")
            page = httpx.get(f"http://127.0.0.1:{port}/?code=abc&state=s")
            assert "You are signed in" in page.text

        browser = threading.Thread(target=browse)
        browser.start()
        assert listener.wait(10) == "/?code=abc&state=s"
        browser.join()
    with Listener(["http://localhost:0/"]) as listener, pytest.raises(SignInError, match="Nobody signed in"):
        listener.wait(0)


def test_the_next_port_is_taken_where_one_is_in_use() -> None:
    with Listener(["http://localhost:0/"]) as first:
        taken = f"http://localhost:{first._server.server_port}/"
        with Listener([taken, "http://localhost:0/"]) as second:
            assert second.callback == "http://localhost:0/"
        with pytest.raises(SignInError, match="in use"):
            Listener([taken])


def test_a_machine_s_token_is_got_once_and_again_before_it_expires(pool: Pool, saved: SavedTokens) -> None:
    pool.answers += [answer("one"), answer("two", expires_in=30), answer("three")]

    def request() -> str:
        auth = bearer.machine(lambda: pool.at.token_url, "ci", "secret", api_url="https://api", saved=saved)
        return str(next(auth.sync_auth_flow(httpx.Request("GET", "https://api"))).headers["Authorization"])

    assert [request(), request()] == ["Bearer one", "Bearer one"]
    saved.save("https://api ci", Token("one", time.time() + 30))
    assert request() == "Bearer two"
    assert request() == "Bearer three"  # the second was good for half a minute only
    assert pool.asked == [{"grant_type": "client_credentials"}] * 3
    assert all(str(each).startswith("Basic ") for each in pool.authorised)


def test_a_token_that_the_api_refuses_is_renewed_once(pool: Pool, saved: SavedTokens) -> None:
    saved.save("https://api", Token("old", time.time() + 3600, "refresh"), pool.at)
    pool.answers.append(answer("new"))
    seen: list[str] = []

    def api(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Authorization"])
        return httpx.Response(401)

    auth = bearer.person(pool.at, api_url="https://api", saved=saved)
    with httpx.Client(transport=httpx.MockTransport(api), auth=auth) as client:
        assert client.get("https://api/v1/me").status_code == 401
    assert seen == ["Bearer old", "Bearer new"]
    assert pool.asked == [{"grant_type": "refresh_token", "refresh_token": "refresh", "client_id": "people"}]
    kept = saved.find("https://api")
    assert kept is not None
    assert (kept.access, kept.refresh) == ("new", "refresh")


@pytest.mark.parametrize("url", ["https://api:8443/", "http://api/", "https://elsewhere/", "https://api.example.com/"])
def test_a_token_is_sent_to_its_own_api_only(pool: Pool, saved: SavedTokens, url: str) -> None:
    saved.save("https://api", Token("secret", time.time() + 3600, "refresh"), pool.at)
    seen: list[str | None] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("Authorization"))
        return httpx.Response(401)

    given = bearer.Given("secret", api_url="https://api")
    for auth in (bearer.person(pool.at, api_url="https://api", saved=saved), given):
        with httpx.Client(transport=httpx.MockTransport(elsewhere), auth=auth) as client:
            client.get(url)
            client.get(url, headers={"Authorization": "Bearer theirs"})
    assert seen == [None, "Bearer theirs"] * 2
    assert pool.asked == []


def test_a_sign_in_without_renewal_ends(pool: Pool, saved: SavedTokens) -> None:
    saved.save("https://api", Token("old", 1), pool.at)
    auth = bearer.person(pool.at, api_url="https://api", saved=saved)
    with pytest.raises(SignInError, match="Nobody is signed in"):
        next(auth.sync_auth_flow(httpx.Request("GET", "https://api")))


def test_what_is_saved_is_the_owner_s_and_whole(saved: SavedTokens) -> None:
    at = Endpoints("t", "r", "people")
    saved.save("https://one", Token("a", 5.0, "r"), at)
    saved.save("https://two", Token("b", 6.0))
    assert saved.path.stat().st_mode & 0o777 == 0o600
    assert saved.path.parent.stat().st_mode & 0o777 == 0o700
    assert (saved.find("https://one"), saved.endpoints("https://one")) == (Token("a", 5.0, "r"), at)
    assert (saved.find("https://two"), saved.endpoints("https://two")) == (Token("b", 6.0), None)
    saved.forget("https://one")
    assert saved.find("https://one") is None
    assert saved.find("https://two") == Token("b", 6.0)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"https://one": 3}', '{"https://one": {"access": 3, "at": {"x": 1}}}']
)
def test_a_file_that_cannot_be_read_is_as_good_as_none(saved: SavedTokens, text: str) -> None:
    saved.path.parent.mkdir()
    saved.path.write_text(text)
    assert saved.find("https://one") is None
    assert saved.endpoints("https://one") is None
    saved.save("https://one", Token("a", 5.0))
    assert saved.find("https://one") == Token("a", 5.0)


def test_what_was_not_used_for_a_week_is_dropped(saved: SavedTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    saved.save("https://old", Token("a", 5.0))
    then = time.time()
    monkeypatch.setattr(time, "time", lambda: then + KEPT_SECONDS + 1)
    saved.save("https://new", Token("b", 5.0))
    assert saved.find("https://old") is None


def test_a_token_shows_itself_to_nobody() -> None:
    assert "secret" not in repr(Token("secret-access", 1.0, "secret-refresh"))
