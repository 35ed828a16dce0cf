-- Gates stand apart from the repositories behind them. Comments, indexes and references move with the table.
create schema gates;
alter table repos.access_requests set schema gates;

-- Told again under its new name; what was cached of it lives for seconds.
delete from kit.deliveries where handler = 'repos.forget-repos.access';
