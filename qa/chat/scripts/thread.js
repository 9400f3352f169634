// The conversation: the newest turn comes into view, a copied answer takes its source along, and the page looks for
// news: often while something waits, now and then otherwise, so that what another tab or process did shows too.
const newest = () => {
  const turns = element.querySelectorAll('.pq-turn');
  return turns.length ? turns[turns.length - 1] : null;
};
const bring = () => requestAnimationFrame(() => newest() && newest().scrollIntoView({ block: 'nearest' }));
let last = null;
let arrived = 0;

watch('value', () => {
  const turn = newest();
  const state = turn && turn.dataset.turn + turn.dataset.state;
  if (state && state !== last) {
    arrived = Date.now();
    bring();
  }
  last = state;
});

// What stands above and below takes its place a little later, and the room for the newest turn gets smaller.
new ResizeObserver(() => {
  if (Date.now() - arrived < 1000) bring();
}).observe(document.querySelector('#pq-thread'));

element.addEventListener('copy', (event) => {
  const selection = document.getSelection();
  const node = selection.anchorNode;
  const text = node && (node.nodeType === 1 ? node : node.parentElement).closest('.pq-text');
  const answer = text && text.closest('[data-copy]');
  if (!answer || !selection.toString().trim()) return;
  event.clipboardData.setData('text/plain', answer.dataset.copy.replace(/^[^\n]*/, () => selection.toString()));
  event.preventDefault();
});

let seen = null;
let timer = null;
const waits = () => element.querySelector('[data-state="waiting"]');

// Where an answer takes long, since many pages look at once, the next look waits in proportion.
const PAUSES = 5;

const look = async () => {
  clearTimeout(timer);
  const began = performance.now();
  if (window.pullquote) {
    const { conversation, browser } = window.pullquote;
    const version = await server.version([conversation, browser]).catch(() => null);
    if (version !== null && conversation + version !== seen) {
      seen = conversation + version;
      trigger('news', {});
    }
  }
  clearTimeout(timer);
  const least = waits() ? 200 : document.hidden ? 10000 : 2000;
  timer = setTimeout(look, Math.max(least, PAUSES * (performance.now() - began)));
};
watch('value', () => {
  clearTimeout(timer);
  timer = setTimeout(look, waits() ? 50 : 2000);
});
look();
