-- A link in a letter also confirms, within a session, that it is still the same person.
alter table signin.mail_links drop constraint mail_links_purpose_check;
alter table signin.mail_links add constraint mail_links_purpose_check check (purpose in ('verify', 'reset', 'confirm'));
