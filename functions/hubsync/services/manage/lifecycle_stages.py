"""Checks what a document says of lifecycle stages and marketing contacts, and completes it (rules 5.1 and 5.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hubsync.model.lifecycle import LEADS, PROPERTY, STAGES, Covers, Lifecycle
from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Side
from hubsync.model.sync import MARKETING, ObjectKind
from hubsync.services.manage.document import Fault, SyncSpec, suggestion

MARKETED = (
    MARKETING,
    "hs_marketable_reason_id",
    "hs_marketable_reason_type",
    "hs_marketable_until_renewal",
)
"""HubSpot's properties of marketing contacts, which are billed.

HubSpot's knowledge base says that the status of a contact cannot be changed by its API: whether the contacts that an
app makes are marketing contacts is a switch in HubSpot, for each connected app, which is off at first; the API shows
the status only. So nothing is ever written here unless the sync says `marketing_contacts: true`, and that is accepted
only in an account whose schema shows the property as one that may be written.
"""


def check_lifecycle(path: str, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]) -> Iterator[Fault]:
    """Everything that is wrong with the lifecycle setting; `path` is the sync's."""
    if spec.lifecycle is None:
        return
    where, contacts = f"{path}.lifecycle", schemas[Side.HUBSPOT]
    if contacts.kind != ObjectKind.CONTACT or PROPERTY not in contacts.fields:
        reason = f"HubSpot's {contacts.object_type} have no lifecycle stage that a sync heeds."
        yield Fault(where, reason, "Leave lifecycle out; it is for contacts.")
        return
    default, found = spec.lifecycle.default, plan_lifecycle(spec, schemas)
    if default is None:
        return
    options = [option.value for option in contacts.fields[PROPERTY].options] or list(STAGES)
    if default not in options:
        yield Fault(f"{where}.default", f"There is no lifecycle stage {default}.", suggestion(default, options))
    elif found.covers is not Covers.ALL and (default in LEADS) is not (found.covers is Covers.LEADS):
        yield Fault(
            f"{where}.default",
            f"The sync covers {found.covers}, and would not cover a contact in the stage {default}.",
            f"Choose {' or '.join(LEADS)}." if found.covers is Covers.LEADS else "Choose a later stage.",
        )
    if "direction" not in spec.unread and not spec.direction.writes(Side.HUBSPOT):
        reason = f"The sync goes {spec.direction}: no contact is ever given a stage."
        yield Fault(f"{where}.default", reason, "Leave the default out.")


def plan_lifecycle(spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]) -> Lifecycle:
    """The lifecycle setting to store. A sync of the app's leads with HubSpot's contacts covers leads and makes leads; a
    sync of contacts covers all of them, unless it says otherwise.
    """
    kinds = schemas[Side.HUBSPOT].kind, schemas[Side.APP].kind
    leads = kinds == (ObjectKind.CONTACT, ObjectKind.LEAD) and PROPERTY in schemas[Side.HUBSPOT].fields
    given = spec.lifecycle
    covers = given.covers if given is not None and given.covers is not None else Covers.LEADS if leads else Covers.ALL
    default = given.default if given is not None else None
    if default is None and leads and covers is Covers.LEADS and spec.direction.writes(Side.HUBSPOT):
        default = "lead"
    return Lifecycle(covers, default)


def check_marketing(path: str, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]) -> Iterator[Fault]:
    """A contact never becomes a marketing contact unless the sync says so; `path` is the sync's."""
    contacts = schemas[Side.HUBSPOT]
    if not spec.marketing_contacts:
        for mapping in spec.mappings:
            writes = spec.direction.writes(Side.HUBSPOT) and mapping.direction.writes(Side.HUBSPOT)
            if mapping.hubspot in MARKETED and writes:
                yield Fault(
                    f"{path}.mappings[{mapping.at}].hubspot",
                    f"{mapping.hubspot} makes marketing contacts, which HubSpot bills.",
                    "Give this mapping the direction to_app, or set marketing_contacts: true.",
                )
        return
    status = contacts.fields.get(MARKETING)
    if contacts.kind != ObjectKind.CONTACT:
        reason = f"{contacts.object_type} cannot be marketing contacts."
        yield Fault(f"{path}.marketing_contacts", reason, "Leave marketing_contacts out.")
    elif status is None or status.read_only:
        yield Fault(
            f"{path}.marketing_contacts",
            "In this account HubSpot itself decides whether the contacts that an app makes are marketing contacts.",
            "Switch it on in HubSpot, at Settings, Integrations, Marketing contacts, and leave marketing_contacts out.",
        )
