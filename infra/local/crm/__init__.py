"""Orbit CRM, a made-up app with its own ideas: people and organisations, opaque ids, nested names, cursors.

Every call needs `Authorization: Bearer TOKEN` (401) and the scope `{object}:read`, `{object}:write` or `users:read`
(403). Errors are `{"errors": [{"field", "code", "message"}]}`. At most 100 calls a second (429 with `Retry-After`,
seconds). `{object}` is `people`, `organisations`, `opportunities`, `products`, `tickets`, `tasks`, `leads`, or
`assets`, an object of this account's own.

| route | what it does |
|---|---|
| `GET /v1/me` | `{"data": {"account_id", "name"}}`: whose token this is |
| `GET /v1/users` | `{"data": [{"id", "name", "email", "active"}]}`: whom an `owner_id` names |
| `GET /v1/pipelines` | of opportunities: `{"data": [{"id", "name", "position", "stages": [{"id", "name", …}]}]}` |
| `GET /v1/schema/{object}` | `{"data": {"object", "fields": [{"name", "type", "label", "required", …}]}}` |
| `GET /v1/{object}?limit=&cursor=` | a page in creation order, 50 by default, 200 at most |
| `GET /v1/{object}?updated_since=&limit=&cursor=` | changed at or after an instant, by `updated_at`, then id |
| `GET /v1/{object}?ids=a,b,c` | up to 100 by id, in the order asked for; unknown and deleted ones are left out |
| `GET /v1/{object}?external_ref=` | all with this value, whatever its case, in creation order |
| `GET /v1/people?email=`, `organisations?title=`, `products?sku=`, … | the same, by one more field |
| `GET /v1/{object}/{id}` | `{"data": record}` with `ETag`; 404 unknown, 410 deleted |
| `POST /v1/{object}` | 201 `{"data": record}`; `Idempotency-Key` is honoured for a day |
| `PATCH /v1/{object}/{id}` | 200 `{"data": record}`; merges, null clears; `If-Match` or 412 |
| `DELETE /v1/{object}/{id}` | 204 |
| `GET`, `PUT`, `DELETE /v1/webhooks` | `{"url", "secret", "active"}`: where events go |

Lists are `{"data": [record, …], "meta": {"next_cursor": text or null, "count": n}}`. A second record with the same
`external_ref` is refused with 409, its body also holding `"existing_id"`; emails may repeat.

Webhooks: `POST {url}` with `{"events": [{"event": "person.updated", "id", "occurred_at", "delivery"}]}`, up to 20
events, signed `X-Orbit-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY` under the secret. Every change
is told, whoever made it; a PATCH that changes nothing is no change. The admin API is `infra.local.parts.admin`.
"""

from infra.local.crm.orbit import Orbit

__all__ = ["Orbit"]
