-- Who asked to be let into a gated repository, what they answered, and who was let in.
create table repos.access_requests (
  id text primary key,
  repo_id text not null references repos.repos (id) on delete cascade,
  user_id text not null,
  status text not null check (status in ('pending', 'accepted', 'rejected')),
  -- Answers to the form, by the label the form had.
  fields jsonb not null,
  -- Let in by the owner without having asked: the person agreed to nothing, so their e-mail address stays theirs.
  is_grant boolean not null,
  requested_at timestamptz not null,
  reviewed_by text,
  reviewed_at timestamptz,
  rejection_reason text,
  unique (repo_id, user_id)
);
comment on column repos.access_requests.fields is 'AccessAnswers';
create index access_requests_page on repos.access_requests (repo_id, status, requested_at desc, id);
create index access_requests_user on repos.access_requests (user_id, requested_at desc, id);
