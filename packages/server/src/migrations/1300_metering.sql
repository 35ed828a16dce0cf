-- What is metered stands apart from what is sold. Comments, indexes and references move with their tables.
create schema metering;
alter table commerce.budgets set schema metering;
alter table commerce.budget_windows set schema metering;
alter table commerce.journals set schema metering;
alter table commerce.journal_segments set schema metering;
alter table commerce.folds set schema metering;
alter table commerce.call_hours set schema metering;
alter table commerce.rated_lines set schema metering;
alter table commerce.draws set schema metering;
alter table commerce.sales set schema metering;
alter table commerce.leases set schema metering;

-- What is announced and not yet delivered goes to who takes it now.
update kit.deliveries set handler = 'metering.forget-terms' where handler = 'commerce.forget-terms';
