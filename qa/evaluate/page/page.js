'use strict';
/* The table of questions. What comes from articles and files is put in as text, never as HTML. */

const { task, texts, questions } = JSON.parse(document.getElementById('data').textContent);
const AT_A_TIME = 100;
const MARKS = ['', 'gold', 'given', 'both'];
const SAID = ['', 'right answer: ', 'given: ', 'right and given: '];
const table = document.getElementById('questions');
const body = table.tBodies[0];
const more = document.getElementById('more');
const count = document.getElementById('count');
const columns = [...table.tHead.rows[0].cells].map((head) => head.dataset.key);
const by = { failure: document.getElementById('failure'), type: document.getElementById('type'), words: document.getElementById('words') };
const opened = new Set();
const state = { key: null, descending: false, shown: AT_A_TIME };

function element(name, className, ...parts) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...parts.filter((part) => part !== null));
  return made;
}

function bdi(text) { return element('bdi', '', text); }

function folded(text) { return text.normalize('NFKD').replace(/[\u0300-\u036f]+/g, '').toLowerCase(); }

function described(one) {
  one.found ??= folded([one.question, one.id, one.article, one.given ?? '', one.best ?? '', ...one.golds].join(' '));
  return one.found;
}

function wanted() {
  const words = folded(by.words.value).split(/\s+/).filter(Boolean);
  const chosen = questions.filter((one) =>
    (!by.failure.value || one.failure === by.failure.value || (by.failure.value === 'failed' && outcome(one) === 'wrong')) &&
    (!by.type.value || one.type === by.type.value) &&
    words.every((word) => described(one).includes(word)));
  return state.key ? sorted(chosen) : chosen;
}

function sortable(one) {
  return state.key === 'golds' ? one.golds[0] ?? null : one[state.key];
}

function sorted(chosen) {
  const way = state.descending ? -1 : 1;
  const compare = new Intl.Collator(undefined, { numeric: true }).compare;
  return [...chosen].sort((first, second) => {
    const [a, b] = [sortable(first), sortable(second)];
    if (a === null || b === null) return (a === null) - (b === null);
    return way * (typeof a === 'number' ? a - b : compare(a, b));
  });
}

function outcome(one) { return { right: 'right', searched: '' }[one.failure] ?? 'wrong'; }

function quiet(text) { return element('span', 'quiet', text); }

function goldOf(one) {
  if (!one.golds.length) return [quiet('unanswerable')];
  const others = task === 'retrieval' ? one.golds.length - 1 : 0;
  return [bdi(one.golds[0]), others ? quiet(` and ${others} more`) : null];
}

const CELLS = {
  question: (one, open) => element('td', '', open),
  type: (one) => element('td', 'broad-only', one.type),
  golds: (one) => element('td', 'broad-only', ...goldOf(one)),
  given: (one) => element('td', 'broad-only', one.given === null ? quiet('none') : bdi(one.given)),
  score: (one) => element('td', 'number', one.score === null ? '–' : one.score.toFixed(2)),
  confidence: (one) => element('td', 'number broad-only', one.confidence.toFixed(2)),
  failure: (one) => element('td', outcome(one), one.failure),
};

function rowOf(one) {
  const number = questions.indexOf(one);
  const open = element('button', 'open', bdi(one.question));
  open.type = 'button';
  open.setAttribute('aria-expanded', 'false');
  const row = element('tr', '', ...columns.map((key) => CELLS[key](one, open)));
  const rows = [row];
  const show = () => {
    const detail = detailOf(one);
    detail.id = `detail-${number}`;
    open.setAttribute('aria-controls', detail.id);
    open.setAttribute('aria-expanded', 'true');
    return detail;
  };
  open.addEventListener('click', () => {
    if (opened.delete(one)) {
      row.nextSibling.remove();
      open.setAttribute('aria-expanded', 'false');
      open.removeAttribute('aria-controls');
    } else {
      opened.add(one);
      row.after(show());
    }
  });
  if (opened.has(one)) rows.push(show());
  return rows;
}

function detailOf(one) {
  const facts = element('dl', 'facts');
  const fact = (name, ...values) => facts.append(element('dt', '', name), element('dd', '', ...values));
  const golds = one.golds.flatMap((gold, at) => (at ? [' · ', bdi(gold)] : [bdi(gold)]));
  if (task === 'retrieval') {
    fact('Relevant articles', ...golds);
  } else {
    fact('Right answers', ...(golds.length ? golds : ['none: it is unanswerable']));
    fact('Given', one.given === null ? 'none' : bdi(one.given));
    if (one.given === null && one.best !== null) fact('Best span', bdi(one.best), ' (refused)');
    fact('Confidence', one.confidence.toFixed(2));
  }
  if (one.article) fact('Article', bdi(one.article));
  fact('Type', one.type);
  fact('Id', bdi(one.id));
  const cell = element('td', '', element('p', 'reason', one.reason), facts,
    ...one.passages.map((passage) => passageOf(passage, one)));
  if (!one.passages.length) cell.append(element('p', '', 'No passage was found.'));
  cell.colSpan = columns.length;
  return element('tr', 'detail', cell);
}

function passageOf(passage, one) {
  const said = passage.rank === null ? '(right, and not found)' : passage.relevant ? '(relevant)' : '(not relevant)';
  const copies = passage.same_in.flatMap((id, at) => [at ? ', ' : ' the same in ', bdi(id)]);
  const summary = element('summary', '', passage.rank === null ? '' : `${passage.rank}. `, bdi(texts[passage.title]), ' ', element('span', 'quiet', said, ...copies));
  const text = element('blockquote', '', ...passage.pieces.map(([at, kind]) => {
    if (!kind) return texts[at];
    const mark = element('mark', MARKS[kind], texts[at]);
    mark.title = (SAID[kind] + (one.given === null && kind > 1 ? '(the best span, refused)' : '')).replace(/: $/, '');
    return mark;
  }));
  const made = element('details', 'passage', summary, text);
  made.open = passage.rank === 1 || passage.rank === null || passage.pieces.some(([, kind]) => kind);
  return made;
}

function render() {
  const chosen = wanted();
  body.replaceChildren(...chosen.slice(0, state.shown).flatMap(rowOf));
  more.hidden = chosen.length <= state.shown;
  more.textContent = `Show ${Math.min(AT_A_TIME, chosen.length - state.shown)} more`;
  count.textContent = `${chosen.length.toLocaleString('en')} of ${questions.length.toLocaleString('en')} questions`;
}

for (const head of table.tHead.rows[0].cells) {
  head.firstElementChild.addEventListener('click', () => {
    state.descending = state.key === head.dataset.key && !state.descending;
    state.key = head.dataset.key;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', state.descending ? 'descending' : 'ascending');
    state.shown = AT_A_TIME;
    render();
  });
}
for (const control of Object.values(by)) {
  control.addEventListener('input', () => { state.shown = AT_A_TIME; render(); });
}
more.addEventListener('click', () => {
  const before = body.querySelectorAll('.open').length;
  state.shown += AT_A_TIME;
  render();
  body.querySelectorAll('.open')[before]?.focus();
});
for (const hidden of document.querySelectorAll('[data-with-script]')) hidden.hidden = false;
render();
