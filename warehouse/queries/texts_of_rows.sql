-- Texts by their place in core.article_texts, which they keep while the warehouse is open.
-- Parameters: incoming (digest_rows.TextPlace), least, greatest (whole numbers: bounds of its rows; what
-- lies beyond is not unpacked).
-- Columns: text_row, text.
select rowid as text_row, text
from core.article_texts
where rowid >= $least and rowid <= $greatest and rowid in (select row from incoming)
