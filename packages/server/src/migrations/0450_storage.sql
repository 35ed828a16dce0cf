-- Removal of what nobody names, and what each owner stores.

-- Unnamed rows are condemned first and removed when they stayed unnamed for the floor; a new reference clears the mark.
alter table repos.lfs_objects add column condemned_at timestamptz;
alter table repos.xorbs add column condemned_at timestamptz;
alter table repos.xet_files add column condemned_at timestamptz;
create index lfs_objects_blob on repos.lfs_objects (blob_key);
create index xorbs_blob on repos.xorbs (blob_key);
create index packs_pack on repos.packs (pack_key);
create index packs_index on repos.packs (index_key);
create index bucket_files_xet on repos.bucket_files (xet_hash);
create index xet_chunks_xorb on repos.xet_chunks (xorb);
create index bucket_uploads_xet on repos.bucket_uploads (xet_hash);

-- Which xorbs a file is made of: the terms as rows, so that no xorb goes while a file needs it.
create table repos.xet_file_xorbs (
  file_hash text not null references repos.xet_files (hash) on delete cascade,
  xorb text not null references repos.xorbs (hash),
  primary key (file_hash, xorb)
);
create index xet_file_xorbs_xorb on repos.xet_file_xorbs (xorb);
insert into repos.xet_file_xorbs (file_hash, xorb)
  select distinct f.hash, term ->> 'xorb' from repos.xet_files f, jsonb_array_elements(f.terms) term
  where exists (select 1 from repos.xorbs x where x.hash = term ->> 'xorb');

-- Blobs that no row names. Every upload has a key of its own, so a key that lost its row never gets one again.
create table repos.condemned_blobs (
  blob_key text primary key,
  size_bytes bigint not null,
  condemned_at timestamptz not null
);

-- Runs of the collector: what each found and removed.
create table repos.collections (
  id text primary key,
  is_dry_run boolean not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  job_id text,
  requested_by text,
  report jsonb not null,
  created_at timestamptz not null,
  finished_at timestamptz
);
comment on column repos.collections.report is 'CollectionReport';
create index collections_created on repos.collections (created_at);

-- Large files that came whole and wait to become chunks; a file that failed waits longer each time.
alter table repos.lfs_objects add column chunk_attempts integer not null default 0;
create index lfs_objects_whole on repos.lfs_objects (created_at) where blob_key like 'lfs/%';

-- What an owner stores, measured after its writes.
create table repos.storage_facts (
  owner_kind text not null check (owner_kind in ('repo', 'bucket', 'account')),
  owner_id text not null,
  logical_bytes bigint not null,
  unique_bytes bigint not null,
  git_bytes bigint not null,
  measured_at timestamptz not null,
  primary key (owner_kind, owner_id)
);
comment on column repos.storage_facts.logical_bytes is 'git data and every large file at its full size';
comment on column repos.storage_facts.unique_bytes is 'git data and, once each, the blobs and xorbs that hold the large files';
