// Buttons and forms that carry data-do trigger the event of that name, with their data.
// What was opened stays open when the component is drawn again; Escape closes the quote of a citation.
const opened = new Set();

const act = (source, extra) => {
  if (EVENTS.includes(source.dataset.do)) trigger(source.dataset.do, { ...source.dataset, ...extra });
};

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (!button) return;
  if (button.dataset.do === 'copy') copy(button);
  else act(button, {});
});

element.addEventListener('submit', (event) => {
  event.preventDefault();
  act(event.target, Object.fromEntries(new FormData(event.target)));
});

element.addEventListener('toggle', (event) => {
  const key = event.target.dataset && event.target.dataset.key;
  if (!key) return;
  if (event.target.open) opened.add(key);
  else opened.delete(key);
}, true);

const reopen = () => {
  element.querySelectorAll('details[data-key]').forEach((details) => {
    if (opened.has(details.dataset.key)) details.open = true;
  });
};

// Over http from another machine a browser has no clipboard for pages; the old way serves there.
const copied = async (text) => {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  const box = document.createElement('textarea');
  box.value = text;
  document.body.append(box);
  box.select();
  const done = document.execCommand('copy');
  box.remove();
  return done;
};

const copy = async (button) => {
  const label = button.dataset.label || button.textContent;
  button.dataset.label = label;
  const done = await copied(button.dataset.text).catch(() => false);
  button.focus();
  button.textContent = done ? 'Copied' : 'Not copied';
  setTimeout(() => { button.textContent = label; }, 2000);
};

element.addEventListener('keydown', (event) => {
  const reference = event.target.closest('.pq-ref');
  if (event.key === 'Escape' && reference) reference.classList.add('pq-hushed');
});
['mouseout', 'focusout'].forEach((kind) => element.addEventListener(kind, (event) => {
  const reference = event.target.closest('.pq-ref');
  if (reference && !reference.contains(event.relatedTarget)) reference.classList.remove('pq-hushed');
}));

// Where the button that was pressed is gone, the focus goes to what takes its place.
let pressed = null;
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do="remove"], button[data-do="restore"]');
  pressed = button ? button.dataset.do : null;
});
const refocus = () => {
  if (!pressed || element.contains(document.activeElement)) return;
  const next = element.querySelector(pressed === 'remove' ? 'button[data-do="restore"]' : '[role="status"]');
  if (!next) return;
  pressed = null;
  next.focus();
};

watch('value', () => { reopen(); requestAnimationFrame(refocus); });
