-- Handlers that follow several events of a thing have one name for all of them. What is on its way goes to the new name.
update kit.deliveries set handler = 'catalog.index'
  where handler in ('catalog.repos.created', 'catalog.repos.updated', 'catalog.repos.settings', 'catalog.repos.moved');
update kit.deliveries set handler = 'repos.measureStorage'
  where handler in ('repos.measureStorage repos.created', 'repos.measureStorage repos.updated', 'repos.measureStorage repos.moved');
update kit.deliveries set handler = 'inference.register'
  where handler in ('inference.register.repos.created', 'inference.register.repos.updated', 'inference.register.repos.moved', 'inference.register.repos.settings');
