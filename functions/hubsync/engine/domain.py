"""Domain names in their normal form (rule 3.4)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//")
PORT = re.compile(r":[0-9]{0,5}\Z")
HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?![0-9]+\Z)[a-z0-9-]{1,62}[a-z0-9]\Z")


@lru_cache(maxsize=8192)
def ascii_host(host: str) -> str | None:
    """A host name in lower case and punycode; None where it cannot be written so."""
    if host.isascii():
        return host.lower()
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except UnicodeError:
        return None


@lru_cache(maxsize=8192)
def normal_domain(text: str) -> str | None:
    """The domain in a web address or a bare name, without scheme, `www.`, port and path, in punycode.

    None for what is no domain: a single label, an IP address, an email address, and a bare public suffix (`co.uk`). Of
    the public suffix list only the registries' own part counts: `github.io` is somebody's domain. A subdomain stays as
    it is, and a top-level domain that the list does not know (`.test`, `.example`) is accepted.
    """
    address = text.strip().lower()
    scheme = SCHEME.match(address)
    bare = address[scheme.end() :] if scheme else address
    authority = re.split(r"[/?#\\]", bare, maxsplit=1)[0]
    if "@" in authority:
        if scheme is None:
            return None
        authority = authority.rpartition("@")[2]
    host = ascii_host(PORT.sub("", authority).removesuffix("."))
    if host is None:
        return None
    without_www = host.removeprefix("www.")
    return next((name for name in (without_www, host) if _is_domain(name)), None)


def _is_domain(host: str) -> bool:
    return HOST.match(host) is not None and _suffixes().privatesuffix(host) is not None


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    # Imported at the first domain: reading the list takes 30 ms of a cold start, and contacts need none.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=True)
