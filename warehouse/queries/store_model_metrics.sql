-- Measured numbers of a model that was just registered.
-- Parameters: incoming (model_id, data_set, metric, metric_value).
-- Returns: rows added.
insert into core.model_metrics by name select * from incoming
