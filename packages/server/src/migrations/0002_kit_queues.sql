-- Of queued jobs of one kind with the same key there is one.
alter table kit.jobs add column key text;
create unique index jobs_key on kit.jobs (kind, key) where state = 'queued' and key is not null;
create index jobs_finished on kit.jobs (finished_at) where finished_at is not null;
