-- Privacy register of gates and resource groups.
comment on table repos.access_requests is 'subject=user_id; export=requests and grants; erase=delete';
comment on column repos.access_requests.id is 'class=none; purpose=gated repositories';
comment on column repos.access_requests.repo_id is 'class=none; purpose=gated repositories';
comment on column repos.access_requests.user_id is 'class=personal; purpose=gated repositories; basis=contract; retain=life of the account; erase=delete';
comment on column repos.access_requests.status is 'class=personal; purpose=gated repositories; basis=contract; retain=life of the account; erase=delete';
comment on column repos.access_requests.is_grant is 'class=personal; purpose=gated repositories; basis=contract; retain=life of the account; erase=delete';
comment on column repos.access_requests.requested_at is 'class=personal; purpose=gated repositories; basis=contract; retain=life of the account; erase=delete';
comment on column repos.access_requests.reviewed_at is 'class=personal; purpose=gated repositories; basis=contract; retain=life of the account; erase=delete';
comment on column repos.access_requests.rejection_reason is 'class=personal; purpose=gated repositories; basis=contract; retain=life of the account; erase=delete';
comment on column repos.access_requests.fields is 'class=personal; purpose=gated repositories; basis=contract; retain=life of the account; erase=delete; type=AccessAnswers';
comment on column repos.access_requests.reviewed_by is 'class=personal; purpose=gated repositories; basis=contract; retain=life of the account; erase=keep(the id names nobody after erasure)';
comment on column repos.repos.resource_group_id is 'class=none; purpose=resource groups';
comment on column repos.buckets.resource_group_id is 'class=none; purpose=resource groups';
