-- A model, once.
-- Parameters: model_id, folder, model_sha256, training_sha256 (text), card (JSON), created_at, now (time).
-- Returns: 1, or 0 if it was registered before.
insert into core.models by name
select
    $model_id as model_id, $created_at as created_at, $now as registered_at, $folder as folder,
    $model_sha256 as model_sha256, $training_sha256 as training_sha256, $card::json as card
where not exists (from core.models where model_id = $model_id)
