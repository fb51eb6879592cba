"""From acts to new events: pure decisions over streams already read.

`view` holds the streams, `decision` decides one act; the other modules are its parts: `consent` and `standing`
for the identifier's own events, `rollup` for whose it is, `carrying` for what reaches the person's others,
`contacts` for edits, links, deletion and erasure.
"""
