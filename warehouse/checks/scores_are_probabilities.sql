-- Scores lie between 0 and 1 and are numbers; only relevant bands are relevant; a kind has a score and a score a kind.
select article_id, text_version, model_id, score, band, is_relevant, kind, kind_score
from core.verdicts
where isnan(score) or score not between 0 and 1
    or is_relevant <> (band in ('sure', 'likely'))
    or (kind is null) <> (kind_score is null)
    or kind_score not between 0 and 1
