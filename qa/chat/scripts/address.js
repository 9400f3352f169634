// Keeps the open conversation in the page's address, so that a reload comes back to it.
(conversation) => {
  window.pullquote.conversation = conversation;
  const address = conversation ? '#' + encodeURIComponent(conversation) : location.pathname + location.search;
  history.replaceState(null, '', address);
  return [];
}
