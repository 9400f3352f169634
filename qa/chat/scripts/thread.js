// The conversation: the newest turn comes into view, a copied answer takes its source along, and the page looks for
// news: often while something waits, whose stage is shown, now and then otherwise, so that what another tab or process
// did shows too.
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

let asked = null;
let askedAt = 0;
let timer = null;
const waiting = () => element.querySelector('[data-state="waiting"]');

// News that was asked for may have been lost with the connection: it is asked for again.
const news = (wanted) => {
  if (wanted === asked && Date.now() - askedAt < 5000) return;
  asked = wanted;
  askedAt = Date.now();
  trigger('news', {});
};

// Where many pages look at once, the next look waits as long as this one took, and longer for what is asked before.
const look = async () => {
  clearTimeout(timer);
  const began = performance.now();
  let ahead = 0;
  const shown = element.querySelector('.pq-thread');
  if (window.pullquote && shown) {
    const turn = waiting();
    const looking = [shown.dataset.conversation, window.pullquote.browser, turn ? turn.dataset.turn : ''];
    const found = await server.look(looking).catch(() => null);
    const stage = found && turn && turn.querySelector('.pq-stage');
    if (stage && stage.textContent !== found.stage) stage.textContent = found.stage;
    if (found && shown.isConnected && found.version !== shown.dataset.version) news(looking[0] + found.version);
    if (found) ahead = found.ahead;
  }
  clearTimeout(timer);
  const pause = waiting() ? 100 * (1 + ahead / 2) : document.hidden ? 10000 : 4000;
  timer = setTimeout(look, Math.max(pause, performance.now() - began));
};
watch('value', () => {
  clearTimeout(timer);
  timer = setTimeout(look, waiting() ? 50 : 4000);
});
look();
