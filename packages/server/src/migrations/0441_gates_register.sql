-- Privacy register of the lists of gates (docs/guides/privacy-register.md).
comment on table repos.access_requests is 'subject=user_id; export=requests and grants; erase=delete';
comment on column repos.access_requests.id is 'class=none; purpose=gated repositories';
comment on column repos.access_requests.repo_id is 'class=none; purpose=gated repositories';
comment on column repos.access_requests.user_id is 'class=personal; purpose=gated repositories; basis=contract; retain=life of the account; erase=delete';
comment on column repos.access_requests.status is 'class=none; purpose=gated repositories';
comment on column repos.access_requests.fields is 'class=personal; purpose=gated repositories; basis=contract; retain=life of the account; erase=delete; type=AccessAnswers; note=answers to the form, by the label the form had';
comment on column repos.access_requests.is_grant is 'class=none; purpose=gated repositories; note=let in by the owner without having asked, so no e-mail address is shared';
comment on column repos.access_requests.requested_at is 'class=none; purpose=gated repositories';
comment on column repos.access_requests.reviewed_by is 'class=personal; purpose=gated repositories; basis=contract; retain=life of the account; erase=keep(the id names nobody after erasure)';
comment on column repos.access_requests.reviewed_at is 'class=none; purpose=gated repositories';
comment on column repos.access_requests.rejection_reason is 'class=content; purpose=gated repositories; basis=contract; retain=life of the account; erase=delete';
