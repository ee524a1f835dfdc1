-- In which languages do we read, and what does the model make of them?
-- Shows: Articles by language, how many are relevant, and how many the model would not judge.
-- Caution: A language without relevant articles may be one that the feeds bring little of, or one the model reads badly.
select
    coalesce(language, 'unknown') as language,
    count(*) as n_articles,
    count(*) filter (is_relevant) as n_relevant,
    count(*) filter (band = 'unjudged' or band is null) as n_unjudged,
    round(median(n_words)) as median_words
from mart.articles
group by all
order by n_articles desc, language;
