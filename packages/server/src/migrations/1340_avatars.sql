-- Pictures that people uploaded for themselves and for organisations; the bytes are in the blob store.
create schema avatars;
create table avatars.pictures (
  account_id text primary key references accounts.accounts (id) on update cascade,
  -- Last part of address and key: an id and the type.
  file text not null,
  size_bytes bigint not null,
  created_at timestamptz not null
);
comment on table avatars.pictures is 'subject=account_id; export=profile; erase=module';
comment on column avatars.pictures.account_id is 'class=personal; purpose=accounts and their public profile; basis=contract; retain=life of the account; erase=module';
comment on column avatars.pictures.file is 'class=personal; purpose=accounts and their public profile; basis=contract; retain=life of the account; erase=module; note=the bytes are in the blob store';
comment on column avatars.pictures.size_bytes is 'class=none; purpose=accounts and their public profile';
comment on column avatars.pictures.created_at is 'class=none; purpose=accounts and their public profile';
