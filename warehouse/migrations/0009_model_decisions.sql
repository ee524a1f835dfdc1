-- Why a model judges, or does not: every decision with the comparison behind it.

create table ops.model_decisions (
    decision_no integer not null,
    model_id varchar not null,
    instead_of varchar,
    decision varchar not null,
    decided_at timestamptz not null,
    decided_by varchar,
    reason varchar,
    comparison json
);
comment on table ops.model_decisions is 'One row per decision about a model: to let it judge, or not to. Append-only';
comment on column ops.model_decisions.decision_no is '1, 2, 3 ... in the order of the decisions';
comment on column ops.model_decisions.model_id is 'The model decided about (core.models)';
comment on column ops.model_decisions.instead_of is 'The model in force at that moment (core.models); null if there was none';
comment on column ops.model_decisions.decision is 'promoted (it judges from then on) or refused (it was no better)';
comment on column ops.model_decisions.decided_at is 'When, UTC';
comment on column ops.model_decisions.decided_by is 'Login name, or smewatch where no person was asked; null if not said';
comment on column ops.model_decisions.reason is 'Why, in words; null if nobody said';
comment on column ops.model_decisions.comparison is 'What both models scored on the same texts, as JSON; null if they were not compared';

insert into ops.model_decisions by name
select
    promotion_no as decision_no, model_id, lag(model_id) over (order by promotion_no) as instead_of,
    'promoted' as decision, promoted_at as decided_at, reason
from ops.model_promotions
order by promotion_no;

create view mart.model_decisions as
select
    decision_no, decided_at, decision, model_id, instead_of, decided_by, reason,
    (comparison->>'$.everything.texts')::integer as n_texts,
    (comparison->>'$.everything.candidate')::double as average_precision,
    (comparison->>'$.everything.current')::double as average_precision_before,
    (comparison->>'$.everything.difference.low')::double as difference_low,
    (comparison->>'$.everything.difference.high')::double as difference_high,
    (comparison->>'$.labels.texts')::integer as n_labels,
    (comparison->>'$.labels.candidate')::double as average_precision_on_labels,
    (comparison->>'$.labels.current')::double as average_precision_on_labels_before
from ops.model_decisions;
comment on view mart.model_decisions is 'One row per decision about a model, with the main figures of the comparison behind it';
comment on column mart.model_decisions.decision_no is '1, 2, 3 ... in the order of the decisions';
comment on column mart.model_decisions.decided_at is 'When, UTC';
comment on column mart.model_decisions.decision is 'promoted (it judges from then on) or refused (it was no better)';
comment on column mart.model_decisions.model_id is 'The model decided about (mart.models)';
comment on column mart.model_decisions.instead_of is 'The model in force at that moment; null if there was none';
comment on column mart.model_decisions.decided_by is 'Login name, or smewatch where no person was asked; null if not said';
comment on column mart.model_decisions.reason is 'Why, in words; null if nobody said';
comment on column mart.model_decisions.n_texts is 'Labelled texts both models were measured on; null if they were not compared, as in all columns that follow';
comment on column mart.model_decisions.average_precision is 'Of this model, 0 to 1, on texts it had not seen';
comment on column mart.model_decisions.average_precision_before is 'Of the model in force, on the same texts, unseen as well';
comment on column mart.model_decisions.difference_low is 'Lower end of the 95 % interval of the difference, over draws of whole events';
comment on column mart.model_decisions.difference_high is 'Upper end of that interval';
comment on column mart.model_decisions.n_labels is 'Of the texts, articles that people labelled; null also if they were too few to be measured alone';
comment on column mart.model_decisions.average_precision_on_labels is 'Of this model on those; null with n_labels';
comment on column mart.model_decisions.average_precision_on_labels_before is 'Of the model in force on those; null with n_labels';

create view mart.models as
with spoken as (
    select model_id, count(*) as n_verdicts, count(*) filter (is_relevant) as n_relevant from core.verdicts group by all
),
measured as (
    select model_id, map(list(data_set || ': ' || metric order by all), list(metric_value order by data_set || ': ' || metric)) as metrics
    from core.model_metrics group by all
),
promoted as (select model_id, max(promoted_at) as promoted_at from ops.model_promotions group by all)
select
    models.model_id, models.created_at, models.registered_at, promoted.promoted_at,
    models.model_id in (select model_id from core.model_in_force) as is_in_force,
    coalesce(spoken.n_verdicts, 0) as n_verdicts,
    coalesce(spoken.n_relevant, 0) as n_relevant,
    coalesce(measured.metrics, map {}) as metrics,
    models.folder
from core.models as models
left join spoken using (model_id)
left join measured using (model_id)
left join promoted using (model_id);
comment on view mart.models is 'One row per registered model';
comment on column mart.models.model_id is 'Id of the model';
comment on column mart.models.created_at is 'When it was trained, UTC';
comment on column mart.models.registered_at is 'When the warehouse first heard of it, UTC';
comment on column mart.models.promoted_at is 'When it was last put in force, UTC; null if it never was';
comment on column mart.models.is_in_force is 'True for the one model whose verdicts the views show';
comment on column mart.models.n_verdicts is 'Text versions it has judged';
comment on column mart.models.n_relevant is 'Of these verdicts, those that say relevant';
comment on column mart.models.metrics is 'What its training measured: data set and metric -> value; empty if nothing was noted';
comment on column mart.models.folder is 'Where its folder lies, relative to the data folder';
