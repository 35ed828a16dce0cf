-- Letters on their way out: written with the change they tell of, delivered by a job. Who they are for and what they say is sealed.
create table kit.letters (
  id text primary key,
  message_id text not null unique,
  kind text not null,
  subject_id text,
  about text,
  recipient_hash bytea not null,
  recipient_sealed bytea,
  body_sealed bytea,
  state text not null
    check (state in ('queued', 'sending', 'waiting', 'sent', 'handed_over', 'failed', 'withdrawn', 'expired')),
  attempts integer not null default 0,
  error text,
  created_at timestamptz not null,
  due_at timestamptz not null,
  lease_until timestamptz,
  settled_at timestamptz,
  worthless_at timestamptz
);
create index letters_due on kit.letters (due_at) where state in ('queued', 'sending');
create index letters_open on kit.letters (created_at) where state in ('queued', 'sending', 'waiting', 'failed');
create index letters_settled on kit.letters (settled_at) where settled_at is not null;
create index letters_recipient on kit.letters (recipient_hash, created_at);
create index letters_about on kit.letters (about) where about is not null;
create index letters_subject on kit.letters (subject_id) where subject_id is not null;
comment on table kit.letters is 'subject=subject_id; erase=delete; note=letters to somebody without an account have no subject and go after 90 days';
comment on column kit.letters.id is 'class=none; purpose=letters';
comment on column kit.letters.message_id is 'class=none; purpose=letters; note=the same at every attempt, so that a receiver can tell a repeated one';
comment on column kit.letters.kind is 'class=none; purpose=letters; note=email.verify, invitation and so on';
comment on column kit.letters.subject_id is 'class=personal; purpose=letters; basis=contract; retain=90 d; erase=delete';
comment on column kit.letters.about is 'class=none; purpose=letters; note=the link or invitation it carries, by which it is withdrawn';
comment on column kit.letters.recipient_hash is 'class=secret; purpose=letters; basis=legitimate interest (security); retain=90 d; erase=delete; note=keyed, for the limits per recipient';
comment on column kit.letters.recipient_sealed is 'class=secret; purpose=letters; basis=contract; retain=7 d after delivery; erase=delete';
comment on column kit.letters.body_sealed is 'class=secret; purpose=letters; basis=contract; retain=7 d after delivery; erase=delete';
comment on column kit.letters.state is 'class=none; purpose=letters';
comment on column kit.letters.attempts is 'class=none; purpose=letters';
comment on column kit.letters.error is 'class=none; purpose=letters; note=what the mail server said, the recipient taken out';
comment on column kit.letters.created_at is 'class=personal; purpose=letters; basis=contract; retain=90 d; erase=delete';
comment on column kit.letters.due_at is 'class=none; purpose=letters';
comment on column kit.letters.lease_until is 'class=none; purpose=letters; note=while one process sends it';
comment on column kit.letters.settled_at is 'class=personal; purpose=letters; basis=contract; retain=90 d; erase=delete; note=sent, handed over, given up or withdrawn';
comment on column kit.letters.worthless_at is 'class=none; purpose=letters; note=when the link in it ends';
