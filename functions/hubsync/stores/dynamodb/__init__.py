"""Everything that is remembered, in two DynamoDB tables.

`IndexTable` is the hot path, through boto3's low-level client: `DynamoIndexStore`. `StateTable` is the rest, through
pynamodb models that never leave this package. Both tables have the keys `pk` and `sk` (text) and the time-to-live
attribute `expires_at` (epoch seconds); every item has a `schema` version. Errors of the service reach the caller as
boto's or pynamodb's exceptions: the queue delivers the message again.
"""
