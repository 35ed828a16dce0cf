-- Whose data folder a journal lies in: a restarted server finds what it left even when no segment was written.
alter table commerce.journals add column node_id text not null default '';
create index journals_open on commerce.journals (node_id) where closed_at is null;
