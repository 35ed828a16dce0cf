create schema inference;

-- Outside, OpenAI-compatible upstreams that an operator declared. The key is sealed with the instance's key.
create table inference.providers (
  id text primary key,
  name text not null,
  base_url text not null,
  key_sealed text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index providers_name on inference.providers (lower(name));

-- A model of a provider under the name callers use; one name leads to one provider.
create table inference.provider_models (
  id text primary key,
  provider_id text not null references inference.providers (id) on delete cascade,
  model text not null,
  upstream text not null,
  task text not null,
  created_at timestamptz not null
);
create unique index provider_models_model on inference.provider_models (lower(model));
create index provider_models_provider on inference.provider_models (provider_id);

-- One immutable rollout of a repository's commit: which file is loaded by which runtime, and what it will need.
create table inference.deployments (
  id text primary key,
  repo_id text not null references repos.repos (id) on delete cascade,
  commit_oid text not null,
  runtime text not null check (runtime in ('llama', 'onnx')),
  task text not null,
  model_file text not null,
  files jsonb not null,
  size_bytes bigint not null,
  estimate_bytes bigint not null,
  context_tokens integer not null,
  created_at timestamptz not null,
  unique (repo_id, commit_oid)
);
comment on column inference.deployments.files is 'DeploymentFile[]';

-- Repositories whose default branch a runtime here can serve: the models that can be called by their own name.
create table inference.served_repos (
  repo_id text primary key references repos.repos (id) on delete cascade,
  full_name text not null,
  deployment_id text not null references inference.deployments (id),
  updated_at timestamptz not null
);
create index served_repos_name on inference.served_repos (lower(full_name));

-- A served model with a stable name of its own.
create table inference.endpoints (
  id text primary key,
  owner_id text not null references accounts.accounts (id),
  owner_name text not null,
  name text not null,
  repo_id text not null references repos.repos (id) on delete cascade,
  repo_name text not null,
  revision text not null,
  runtime text check (runtime in ('llama', 'onnx')),
  flavor text not null,
  min_replicas integer not null check (min_replicas between 0 and 1),
  max_replicas integer not null check (max_replicas between 1 and 1),
  state text not null check (state in ('running', 'paused')),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index endpoints_name on inference.endpoints (owner_id, lower(name));
create index endpoints_bare_name on inference.endpoints (lower(name));
create index endpoints_repo on inference.endpoints (repo_id);
