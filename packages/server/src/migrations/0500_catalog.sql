-- The catalogue: one row per repository with what lists, filters and search need, filled from the events of repos.
create extension if not exists pg_trgm;
create schema catalog;

create table catalog.entries (
  repo_id text primary key references repos.repos (id) on delete cascade,
  type text not null check (type in ('model', 'dataset', 'space', 'kernel')),
  account_id text not null,
  namespace text not null,
  name text not null,
  full_name text not null,
  visibility text not null,
  gated text not null,
  disabled boolean not null default false,
  created_by text,
  head_oid text,
  facts jsonb not null,
  filters text[] not null default '{}',
  tags text[] not null default '{}',
  pipeline_tag text,
  library_name text,
  licences text[] not null default '{}',
  languages text[] not null default '{}',
  parameter_count bigint not null default 0,
  used_bytes bigint not null default 0,
  downloads bigint not null default 0,
  downloads_all_time bigint not null default 0,
  likes bigint not null default 0,
  likes_recent bigint not null default 0,
  trending double precision not null default 0,
  search tsvector not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  indexed_at timestamptz not null
);
comment on column catalog.entries.full_name is 'lower(namespace/name)';
comment on column catalog.entries.head_oid is 'commit the facts were read at; null for an empty repository';
comment on column catalog.entries.facts is 'EntryFacts';
comment on column catalog.entries.filters is 'what `filter=` may name: tags and their spelled-out forms (language:en, library:x)';
comment on column catalog.entries.downloads is 'of the last 30 days';

create index entries_trending on catalog.entries (type, trending desc, repo_id desc);
create index entries_downloads on catalog.entries (type, downloads desc, repo_id desc);
create index entries_likes on catalog.entries (type, likes desc, repo_id desc);
create index entries_updated on catalog.entries (type, updated_at desc, repo_id desc);
create index entries_created on catalog.entries (type, created_at desc, repo_id desc);
create index entries_name on catalog.entries (type, full_name);
create index entries_namespace on catalog.entries ((lower(namespace)), type);
create index entries_account on catalog.entries (account_id);
create index entries_filters on catalog.entries using gin (filters);
create index entries_search on catalog.entries using gin (search);
create index entries_full_name_trigrams on catalog.entries using gin (full_name gin_trgm_ops);
