-- Names of erased people, so that nobody takes over their addresses: only a keyed hash is kept.
create table accounts.retired_names (
  name_hash bytea primary key,
  retired_at timestamptz not null
);
comment on column accounts.retired_names.name_hash is 'class=personal; purpose=names are not given again; basis=legitimate interest (security); retain=life of the platform; erase=keep(a keyed hash, which names nobody)';
comment on column accounts.retired_names.retired_at is 'class=none; purpose=names are not given again';
