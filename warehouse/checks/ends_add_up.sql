-- Every announced entry ends exactly once: the ends of a poll sum to what it announced.
select fetch_id, run_id, feed_id, n_announced, n_ended from mart.entry_ends where not is_balanced
