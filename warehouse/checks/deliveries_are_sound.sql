-- A mailed digest exists, and its mailing is in a state we know, settled unless it is claimed.
select digest_id, recipient_hash, status
from ops.deliveries
where digest_id not in (select digest_id from core.digests)
    or status not in ('claimed', 'sent', 'deferred', 'refused', 'doubtful')
    or (settled_at is null) <> (status = 'claimed')
