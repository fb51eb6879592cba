SET LOCAL ROLE ledger_owner;

SELECT within_organization('forecasts');
ALTER TABLE forecast_changes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON forecast_changes FOR SELECT TO ledger_reader, ledger_auditor
    USING ((SELECT true FROM forecasts WHERE id = forecast_id LIMIT 1));

-- What kinds there are is the program's matter.
ALTER TABLE forecasts DROP CONSTRAINT forecasts_kind_check;
