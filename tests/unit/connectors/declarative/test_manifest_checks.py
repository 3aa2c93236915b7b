"""A manifest with a fault is refused, and the message says where the fault is and what it is."""

from __future__ import annotations

import pytest

from hubsync.connectors import catalogue
from hubsync.connectors.declarative.manifest import ManifestError, manifest_schema, parse_manifest

FAULTS = {
    "unknown key": ("name: Shop", "nam: Shop", "nam: Extra inputs are not permitted"),
    "missing key": ("name: Shop\n", "", "name: Field required"),
    "wrong type of value": ("calls: 10", "calls: ten", "rate_limit.calls: Input should be a valid integer"),
    "text for a number": ("calls: 10", 'calls: "10"', "rate_limit.calls: Input should be a valid integer"),
    "unknown scheme": ("scheme: bearer", "scheme: oauth1", "auth: Input tag 'oauth1'"),
    "not encrypted": ("https://api", "http://api", "base_url: String should match"),
    "unknown field type": ("type: email", "type: mail", "objects.customers.fields.email.type: Input should be 'text'"),
    "unknown format": ("epoch_s", "julian", "fields.born: a field of type date has the format iso"),
    "pattern that loses": ("epoch_s", '"%d/%m"', "fields.born: the pattern %d/%m does not bring a date"),
    "format of a text": ("type: email", "type: email, format: iso", "fields.email: a field of type email"),
    "bad expression": ("records: items", "records: 'items['", "list.records: 'items[' is no JMESPath"),
    "cannot be written": ("email: {", "email: {path: 'a[0]', ", "fields.email: `path` cannot be written"),
    "read-only yet written": ("read_only: true", "read_only: true, write: a", "fields.secret: a field that"),
    "options of a text": ("email: {type: email", "email: {options: [a]", "fields.email: `options` go with"),
    "path without id": ("/customers/{id}", "/customers/id", "get.path: String should match pattern"),
    "path with another token": ("path: /customers}", 'path: "/{shop}/customers"}', "create.path: String should match"),
    "unknown identifier": ("email: [email]", "email: [mail]", "identifiers.email names no field of this object: mail"),
    "unknown name": ("[email]}", "[email]}\n    display: [[nick]]", "display names no field of this object: nick"),
    "page of nobody": ("[email]}", "[email]}\n    web: https://a.test/x", "customers.web: String should match"),
    "page in the clear": ("[email]}", "[email]}\n    web: 'http://a/{id}'", "customers.web: String should match"),
    "unknown strategy": ("strategy: cursor", "strategy: guess", "list.paging: Input tag 'guess'"),
    "key of another strategy": ("next: next", "next: next, total: n", "list.paging.cursor.total: Extra inputs"),
    "two fields, one place": ("secret: {read_only: true}", "mail: {path: email}", "written to the same place: email"),
    "given twice": ("name: Shop", "name: Shop\nname: Shop", "the key 'name' is given twice"),
    "not YAML": ("auth: {", "auth: {{", "the manifest is not YAML"),
    "lost record": ("create: {path: /customers}", "create: {path: /customers, answers: none}", "create.answers: Input"),
}

WEBHOOKS = """
webhooks:
  signature: {header: x-sig, part: v1, signed: "{timestamp}.{body}", timestamp: {part: t}}
  events: {path: "@", type: type, id: id, objects: [{equals: customer, object: customers}]}
"""
WEBHOOK_FAULTS = {
    "unsigned time": ('signed: "{timestamp}.{body}"', 'signed: "{body}"', "webhooks.signature: `timestamp`"),
    "unsigned body": ("{timestamp}.{body}", "{timestamp}", "webhooks.signature: `signed` must contain"),
    "two places": ("timestamp: {part: t}", "timestamp: {part: t, header: x}", "signature.timestamp: give"),
    "bad regex": ("equals: customer", "matches: '('", "objects[0].matches: '(' is no regular expression"),
    "no test": ("equals: customer, ", "", "webhooks.events.objects[0]: give either"),
    "unknown object": ("object: customers", "object: clients", "objects[0].object: 'clients' is none of customers"),
}


@pytest.mark.parametrize(("old", "new", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_path_and_reason(shop, old, new, said):
    assert old in shop
    with pytest.raises(ManifestError) as refused:
        parse_manifest(shop.replace(old, new, 1))
    assert said in str(refused.value)


@pytest.mark.parametrize(("old", "new", "said"), WEBHOOK_FAULTS.values(), ids=WEBHOOK_FAULTS)
def test_a_fault_in_the_webhooks_is_named_as_well(shop, old, new, said):
    assert old in WEBHOOKS
    with pytest.raises(ManifestError) as refused:
        parse_manifest(shop + WEBHOOKS.replace(old, new, 1), "apps/shop/manifest.yaml")
    assert said in str(refused.value)
    assert str(refused.value).startswith("apps/shop/manifest.yaml is no manifest:")


def test_every_fault_of_a_manifest_is_told_at_once(shop):
    with pytest.raises(ManifestError) as refused:
        parse_manifest(shop.replace("name: Shop", "nam: Shop").replace("calls: 10", "calls: 0"))
    assert [line.split(":")[0].strip() for line in str(refused.value).splitlines()[1:]] == [
        "name",
        "rate_limit.calls",
        "nam",
    ]


@pytest.mark.parametrize("text", ["", "just text", "[1, 2]", "? [a, b]\n: c", "1: 2"])
def test_what_is_no_mapping_at_all_is_refused(text):
    with pytest.raises(ManifestError):
        parse_manifest(text)


def test_statuses_and_codes_map_to_categories(shop):
    errors = "errors: {codes: {E17: too_long}, statuses: {422: invalid_value}}\n"
    parsed = parse_manifest(shop + errors).errors
    assert parsed.codes == {"E17": "too_long"}
    assert parsed.statuses == {422: "invalid_value"}


def test_the_schema_for_editors_knows_every_key():
    schema = manifest_schema()
    assert schema["additionalProperties"] is False
    assert {"key", "auth", "errors", "objects", "webhooks"} <= schema["properties"].keys()


def test_the_catalogue_lists_what_is_there():
    assert catalogue.apps() == {"ledgerly": "Ledgerly", "orbit": "Orbit CRM"}
    assert catalogue.manifest("orbit") is catalogue.manifest("orbit")


def test_an_unknown_application_is_told_which_there_are():
    with pytest.raises(catalogue.UnknownAppError, match=r"no application 'zoom'; there are ledgerly, orbit\."):
        catalogue.manifest("zoom")
