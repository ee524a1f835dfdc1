-- What the columns of blocs mean, since countries may hold members of a bloc (seeds/places/README.md).

comment on table core.article_blocs is 'One row per verdict and bloc of economies it names; the bloc itself. Its members are among the countries where the text calls on all of them';
comment on column mart.article_blocs.bloc is 'ASEAN, APEC, Mercosur ...; the bloc itself, not its members';
comment on column mart.story_articles.blocs is 'Blocs it names, such as ASEAN; themselves, not their members';
