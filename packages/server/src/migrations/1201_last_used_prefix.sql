alter table oauth.tokens add column last_used_prefix text;
comment on column oauth.tokens.last_used_prefix is 'class=personal; purpose=connected apps; basis=legitimate interest (security); retain=90 d at most; erase=delete; note=/24 or /48';
