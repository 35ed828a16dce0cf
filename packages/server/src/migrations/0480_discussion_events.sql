-- What happened in a discussion after it was opened. The opening comment is the discussion's description.
alter table repos.discussions
  add column description_edits integer not null default 0,
  add column description_edited_at timestamptz,
  add column description_hidden_by text,
  add column merge_commit text;

create table repos.discussion_events (
  id text primary key,
  discussion_id text not null references repos.discussions (id) on delete cascade,
  seq integer not null,
  type text not null check (type in ('comment', 'status-change', 'title-change')),
  body text not null,
  earlier text,
  edits integer not null default 0,
  edited_at timestamptz,
  hidden_by text,
  author_id text not null,
  author_name text not null,
  created_at timestamptz not null,
  unique (discussion_id, seq)
);

comment on column repos.discussions.description_edits is 'class=none; purpose=discussions';
comment on column repos.discussions.description_edited_at is 'class=none; purpose=discussions';
comment on column repos.discussions.description_hidden_by is 'class=personal; purpose=discussions; basis=contract; retain=life of the account; erase=keep(the id names nobody after erasure)';
comment on column repos.discussions.merge_commit is 'class=none; purpose=discussions; note=40 lower-case hex';
comment on table repos.discussion_events is 'subject=author_id; export=discussions';
comment on column repos.discussion_events.id is 'class=none; purpose=discussions';
comment on column repos.discussion_events.discussion_id is 'class=none; purpose=discussions';
comment on column repos.discussion_events.seq is 'class=none; purpose=discussions';
comment on column repos.discussion_events.type is 'class=none; purpose=discussions';
comment on column repos.discussion_events.body is 'class=content; purpose=discussions; basis=contract; retain=life of the account; erase=pseudonymise; note=the comment, the new status or the new title';
comment on column repos.discussion_events.earlier is 'class=content; purpose=discussions; basis=contract; retain=life of the account; erase=null; note=the title before';
comment on column repos.discussion_events.edits is 'class=none; purpose=discussions';
comment on column repos.discussion_events.edited_at is 'class=none; purpose=discussions';
comment on column repos.discussion_events.hidden_by is 'class=personal; purpose=discussions; basis=contract; retain=life of the account; erase=keep(the id names nobody after erasure)';
comment on column repos.discussion_events.author_id is 'class=personal; purpose=discussions; basis=contract; retain=life of the account; erase=keep(the id names nobody after erasure)';
comment on column repos.discussion_events.author_name is 'class=personal; purpose=discussions; basis=contract; retain=life of the account; erase=pseudonymise';
comment on column repos.discussion_events.created_at is 'class=personal; purpose=discussions; basis=contract; retain=life of the account; erase=keep(the id names nobody after erasure)';
