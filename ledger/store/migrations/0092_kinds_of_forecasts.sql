SET LOCAL ROLE ledger_owner;

-- What kinds there are is the program's matter.
ALTER TABLE forecasts DROP CONSTRAINT forecasts_kind_check;
