// The source: the marked words come into view; n and p go through the citations, Escape goes back to the answer.
const keyOf = ({ dataset }) => ['do', 'turn', 'reply', 'number', 'id'].map((name) => dataset[name]).join('|');
const SOURCES = '#pq-thread .pq-cite, #pq-thread [data-do="closest"], #pq-articles [data-do="show"]';
let from = null;
let asked = false;
let before = null;

// What is open already comes once more, so that opening it is noticed: the same value again would be no change.
const open = (button) => {
  from = keyOf(button);
  before = `${props.value} `;
  props.value = before;
  asked = true;
  requestAnimationFrame(place);
};

document.addEventListener('click', (event) => {
  const button = event.target.closest(SOURCES);
  if (button) open(button);
});

const back = () => {
  const source = [...document.querySelectorAll(SOURCES)].find((button) => keyOf(button) === from);
  if (source) source.focus();
};

const place = () => {
  const text = element.querySelector('.pq-article');
  const span = text && text.querySelector('.pq-span');
  if (!text) return;
  text.scrollTop = 0;
  if (span) text.scrollTop = span.getBoundingClientRect().top - text.getBoundingClientRect().top - text.clientHeight / 3;
};

const show = () => {
  place();
  if (!asked || props.value === before) return;
  asked = false;
  const title = element.querySelector('.pq-title');
  if (title) title.focus({ preventScroll: true });
  element.scrollIntoView({ block: 'nearest' });
};
watch('value', () => requestAnimationFrame(show));

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (!button) return;
  if (button.dataset.do === 'back') back();
  else open(button);
});

element.addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === 'Escape') back();
  const way = { n: 'Next', p: 'Previous' }[event.key];
  const button = way && [...element.querySelectorAll('.pq-bar button')].find((one) => one.textContent === way);
  if (button) button.click();
});
