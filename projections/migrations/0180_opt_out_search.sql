SET LOCAL ROLE ledger_projector;

-- What auditors search opt-outs by, beside the period: address, method, place (at it or below), and who acted.
CREATE INDEX opt_outs_identifier_idx ON opt_outs (identifier_id, received_at DESC, position DESC);
CREATE INDEX opt_outs_method_idx ON opt_outs (organization, method, received_at DESC, position DESC);
CREATE INDEX opt_outs_scope_idx ON opt_outs (organization, scope COLLATE "C");
CREATE INDEX audit_history_actor_idx ON audit_history (organization, actor) WHERE actor IS NOT NULL;
