"""From acts to new events: pure decisions over streams already read.

`reading` reads what a batch needs, `view` holds it, `decision` decides one act. Its parts: `signup` and
`identifiers` for acts about an address, `contacts` for acts about a person, `settings` for organizations;
`rollup` says whose an identifier is, `carrying` what reaches the person's others, `present` what stands already.
"""
