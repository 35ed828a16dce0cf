-- The Xet store: chunks of large files, packed into xorbs in the blob store.
create table repos.xorbs (
  hash text primary key,
  blob_key text not null,
  serialised_bytes bigint not null,
  raw_bytes bigint not null,
  -- Per chunk: 32 bytes of hash, u32 end in the blob, u32 end in the raw bytes.
  chunk_index bytea not null,
  created_at timestamptz not null
);
alter table repos.xorbs alter column chunk_index set storage external;

-- A file rebuilt and hashed by us: its terms, and the SHA-256 that git and LFS know it by.
-- A repository may read it when it holds the large file of that SHA-256 (repos.repo_lfs_objects).
create table repos.xet_files (
  hash text primary key,
  sha256 text not null,
  size_bytes bigint not null,
  terms jsonb not null,
  created_at timestamptz not null
);
comment on column repos.xet_files.terms is 'FileTerm[]';
create index xet_files_sha256 on repos.xet_files (sha256);

-- Chunks that may be asked for, inside one owner's domain only.
create table repos.xet_chunks (
  account_id text not null,
  hash text not null,
  xorb text not null references repos.xorbs (hash),
  created_at timestamptz not null,
  primary key (account_id, hash)
);
