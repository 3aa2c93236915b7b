"""Ledgerly, a made-up accounting app of another shape than Orbit: number ids, offsets, envelopes by object.

Every call needs `X-Ledgerly-Key: TOKEN` (401). Errors are `{"Error", "Message", "Details": [{"Field", "Reason"}]}`.
At most 300 calls in 10 seconds (429 with `Retry-After`, seconds). `{object}` is `contacts`, `organizations`,
`invoices` or `items`, `{Objects}` and `{Object}` the same word as `Contacts` and `Contact`.

| route | what it does |
|---|---|
| `GET /api/2.0/account` | `{"Account": {"AccountID", "Name"}}` |
| `GET /api/2.0/fields/{object}` | `{"Fields": [{"Name", "Type", "Label", "Mandatory", "ReadOnly", "MaxLength"}]}` |
| `GET /api/2.0/{object}?offset=&count=` | a page in creation order, 20 by default, 50 at most, archived ones too |
| the same with `&modifiedAfter=` (epoch seconds) or `If-Modified-Since` | changed in that second or later |
| `GET /api/2.0/contacts?ContactNumber=` or `?EmailAddress=` | all active ones with this value, whatever its case |
| `organizations?OrganizationNumber=`, `?Name=`, `invoices?Reference=`, `items?ItemNumber=`, `?Code=`, … | the same |
| `GET /api/2.0/{object}/{id}` | `{"{Objects}": [record]}`; 404 |
| `POST /api/2.0/{object}` | `{"{Object}": {…}}` makes one: 200 `{"{Objects}": [record]}` |
| `PUT` or `POST /api/2.0/{object}/{id}` | part of a record in the same envelope; null clears; 404 on an archived one |
| `DELETE /api/2.0/{object}/{id}` | archives: 200 `{"{Objects}": [record]}` with `"Status": "ARCHIVED"` |

Lists are `{"{Objects}": [record, …], "offset", "count", "total"}`; the last page is the one that reaches `total`.
An archived record is still listed and read, frees its number, and cannot be changed. A second active record with the
same number is refused with 409 and `"ExistingID"`. Nothing is read in batches; a POST sent twice makes two records,
unless it carries a number. Times have seconds and no zone, and are UTC.

Webhooks: `POST {url}` with `{"payload": [{"resource": "contacts", "resourceId": 123, "type": "UPDATE"}]}`, types
`CREATE`, `UPDATE` and `DELETE` (archived), up to 10, signed `X-Ledgerly-Signature: BASE64`, the HMAC-SHA256 of the
body under the secret. They are set in the admin API (`infra.local.parts.admin`), where Ledgerly has its settings page.
"""

from infra.local.ledgerly.ledgerly import Ledgerly

__all__ = ["Ledgerly"]
