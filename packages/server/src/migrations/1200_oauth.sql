-- Signing in with this platform has a schema of its own; comments, indexes and foreign keys go with the tables.
create schema oauth;
alter table accounts.oauth_apps set schema oauth;
alter table oauth.oauth_apps rename to apps;
alter table accounts.oauth_grants set schema oauth;
alter table oauth.oauth_grants rename to grants;
alter table accounts.oauth_codes set schema oauth;
alter table oauth.oauth_codes rename to codes;
alter table accounts.oauth_device_requests set schema oauth;
alter table oauth.oauth_device_requests rename to device_requests;
alter table accounts.oauth_keys set schema oauth;
alter table oauth.oauth_keys rename to keys;
alter table accounts.oauth_tokens set schema oauth;
alter table oauth.oauth_tokens rename to tokens;
alter table accounts.token_issuers set schema oauth;
alter table accounts.trusted_publishers set schema oauth;

-- Their work goes on under the module's name.
delete from kit.jobs where kind in ('accounts.rotateSigningKeys', 'accounts.removeExpiredOauth');
