"""The whole story on this machine: two applications full of made-up, messy data become one (`make demo`).

`data` makes the two worlds from a seed, `own` what an admin has set up · `checker` works out by itself what must come
of them · `stage`, `apps`, `worlds`, `api` and `cloud` reach what runs · `initial` watches an initial sync · `story` is
what steps are made of; `steps`, `deal_steps` and `restoring` are the steps, `cast` chooses who plays · `shots` and
`show` print · `play` puts the acts in order.
"""
