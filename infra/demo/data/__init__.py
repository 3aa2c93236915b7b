"""Two made-up worlds with the mess that real exports have, from one seed.

Nobody in here exists: emails end in example.com, example.org or example.net, websites in `.example`, and every phone
number is one of the 555-01xx that are kept free for fiction.
"""
