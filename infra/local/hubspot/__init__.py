"""A HubSpot that runs on this machine: one account, its records and its moods, over HTTP or inside a test.

`HubSpotSimulator(clock=…, random=…, token=…)` answers `handle(request)`; `python -m infra.local.hubspot --port N
--token T` serves it. Paths answer as `2026-09`, `2026-03`, `v3` and `v4`, the version before or after the family.

    /crm/objects/{v}/{type}                    GET list, POST create
    /crm/objects/{v}/{type}/{id}               GET, PATCH, DELETE (idProperty, properties, archived, associations)
    /crm/objects/{v}/{type}/batch/…            read, create, update, upsert, archive
    /crm/objects/{v}/{type}/{search,merge,gdpr-delete}
    /crm/objects/{v}/{type}/{id}/associations/{to}[/{other}], …/default/{to}/{other}
    /crm/associations/{v}/{from}/{to}/batch/{read,create,archive,associate/default,labels/archive}, …/labels
    /crm/properties/{v}/{type}[/{name}], …/groups, …/batch/{read,create,archive}
    /crm/pipelines/{v}/{type}[/{id}[/stages[/{id}]]], /crm/owners/{v}[/{id}], /crm-object-schemas/{v}/schemas[/{type}]
    /integrators/timeline/{v}/events[/batch], /events/{v}/send[/batch]
    /oauth/authorize, /oauth/{v}/token

Under `/_admin/` no token is needed and nothing is counted:

    GET    records/{type}                      every record: {"records", "archived", "merged": {old id: new id}}
    POST   records/{type}                      {"records": [properties, …]} seeds many; {"properties"} as a person
    PATCH  records/{type}                      {"properties"} a person's bulk edit: one millisecond for all
    GET, PATCH, DELETE records/{type}/{id}     as a person; {"properties", "hidden": true} as HubSpot itself
    POST   records/{type}/{id}/{restore,gdpr-delete,merge}    merge: {"other": id}
    POST, DELETE associations                  {"from": {"type", "id"}, "to": {"type", "id"}, "label"?} as a person
    GET    associations/{from}/{to}            all: [{"from", "to", "typeIds"}]
    GET, POST, DELETE faults                   see `Fault`
    GET, POST, DELETE rewrites                 workflows: see `infra.local.parts.rewrites.Rewrite`
    PUT    webhooks                            {"url", "secret", "signed_url"?}: where an app listens; {} for nowhere
    GET, DELETE counts · GET, PATCH settings · GET, PATCH limits · GET events · POST reset · GET health

Where HubSpot's pages are silent, or a choice was needed:

- A batch write with an `objectWriteTraceId` on every input answers 207 and names in `errors[].context` the traces
  that failed; without them the first failure refuses the whole batch before anything is written. Unknown ids of a
  batch read or update are one `OBJECT_NOT_FOUND` with `context.ids`, in a 207, always.
- Results of a batch come in no particular order.
- An id that was merged away answers with the survivor (and its new id) on single reads and changes and on batch
  reads, as HubSpot's changelog and users report; in batch updates it is not found. Every type gets a new id.
- `idProperty=email` finds a contact by its primary and by its secondary addresses, and a search by `email` only by
  the primary. Writing one of a contact's own secondary addresses to `email` makes the two change places.
- A step back of `lifecyclestage` is ignored: the answer is a success that shows the stage as it was.
- A conflict of a custom unique property is a 400 with `CONFLICTING_UNIQUE_VALUE`, one of an email is a 409.
- The answer to a write shows the written properties and the dates; a cleared one is null.
- `toObjectId` is a number in v4 and a string in the dated versions, as `hubspot-sdk` declares it.
- A merge bears the later modified date of the two, never the moment of the merge.

- Webhooks to an app, once `PUT webhooks` has told where: a change of each property by itself, a privacy deletion beside
  a deletion, both ends of an association that a person makes or takes away; imports are silent.
"""

from infra.local.hubspot.faults import Fault
from infra.local.hubspot.limits import PLANS, Limits
from infra.local.hubspot.settings import Settings
from infra.local.hubspot.simulator import HubSpotSimulator

__all__ = ["PLANS", "Fault", "HubSpotSimulator", "Limits", "Settings"]
