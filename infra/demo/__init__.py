"""The whole story on this machine: two applications full of made-up, messy data become one (`make demo`).

`data` makes the two worlds from a seed · `checker` works out by itself what must come of them · `stage`, `apps`, `api`
and `cloud` reach what runs · `initial` and `story` are the acts · `show` prints · `play` puts them in order.
"""
