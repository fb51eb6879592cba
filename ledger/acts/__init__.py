"""An act: one message's claim in the ledger's words, before anything is decided or recorded.

Translators (messages), the API and the console all produce acts; `ledger.recording` is the only way in. `act` is
who says so, when, and under which message id; its body is of one of the files beside it: `consent`, `identifier`,
`contact`, `keywords`, `settings`. Identifiers are canonical here (`given`). Nothing is ever changed; what most
messages are made of is not declared frozen, which makes each cost several times as much.
"""
