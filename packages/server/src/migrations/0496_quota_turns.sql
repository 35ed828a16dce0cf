-- One row an account: whoever adds to what it holds has it for the rest of the transaction, so that two additions never
-- both see the same free place.
create table repos.quota_turns (
  account_id text primary key
);
comment on column repos.quota_turns.account_id is 'class=none; purpose=quotas; note=the id of an account, which names nobody after its erasure';
