// Runs when the page is open: a draft comes back, the conversations are shown where there is room for them. Returns the
// conversation that the page's address names, and a key that this browser keeps to itself. A browser that keeps nothing
// for the page has a key until it is loaded again.
() => {
  const kept = (store, name, value) => {
    try {
      if (value !== undefined) store().setItem(name, value);
      return store().getItem(name);
    } catch {
      return null;
    }
  };
  const box = () => document.querySelector('#pq-question textarea');
  const draft = kept(() => sessionStorage, 'pullquote-draft');
  if (draft && box() && !box().value) {
    box().value = draft;
    box().dispatchEvent(new Event('input', { bubbles: true }));
  }
  document.addEventListener('input', (event) => {
    if (event.target === box()) kept(() => sessionStorage, 'pullquote-draft', box().value);
  });
  const sidebar = document.querySelector('#pq-sidebar .toggle-button');
  if (sidebar && matchMedia('(min-width: 1100px)').matches) sidebar.click();
  const random = () => Array.from(
    crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, '0'),
  ).join('');
  const browser = kept(() => localStorage, 'pullquote-browser')
    || kept(() => localStorage, 'pullquote-browser', random()) || random();
  let opened = '';
  try {
    opened = decodeURIComponent(location.hash.slice(1));
  } catch { /* what is no address of a conversation opens none */ }
  window.pullquote = { browser, conversation: opened };
  return [opened, browser];
}
