-- Which kinds of cooperation go with which sectors?
-- Shows: Pairs of kind and sector by lift: how many times more often they meet than if they had nothing to do with each other.
-- Caution: Lift is unsteady where numbers are small; pairs with fewer than three articles are left out.
with relevant as (
    select article_id, kind from mart.relevant_articles where kind is not null
),
tagged as (
    select relevant.kind, sectors.sector, relevant.article_id
    from relevant join mart.article_sectors as sectors using (article_id)
),
counted as (
    select
        kind, sector, count(*) as n_articles,
        sum(count(*)) over (partition by kind) as n_of_kind,
        sum(count(*)) over (partition by sector) as n_of_sector,
        sum(count(*)) over () as n_in_all
    from tagged
    group by kind, sector
)
select kind, sector, n_articles, round(n_articles * n_in_all / (n_of_kind * n_of_sector), 2) as lift
from counted
where n_articles >= 3
order by lift desc, n_articles desc, kind, sector
limit 15;
