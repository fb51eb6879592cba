SET LOCAL ROLE ledger_owner;

-- What kinds there are is the program's matter. Who may see which are its organization's rows: since 0090.
ALTER TABLE forecasts DROP CONSTRAINT forecasts_kind_check;
