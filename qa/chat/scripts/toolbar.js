// Deleting asks first; an export is made by the server and saved by the browser; Escape closes the menu.
const complain = (problem) => {
  const note = element.querySelector('.pq-problem');
  if (note) note.textContent = problem;
};

const save = async (ending) => {
  const { conversation, browser } = window.pullquote;
  const file = await server.exported([conversation, browser, ending]).catch(() => ({ error: 'The chat does not answer.' }));
  if (file.error) return complain(file.error);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([file.text]));
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  return complain('');
};

element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (!button) return;
  if (button.dataset.do === 'delete' && confirm('Delete this conversation for good? It cannot be brought back.')) {
    trigger('deleted', {});
  }
  if (button.dataset.do === 'export') save(button.dataset.ending);
});

element.addEventListener('keydown', (event) => {
  const menu = event.key === 'Escape' && element.querySelector('details[open]');
  if (!menu) return;
  menu.open = false;
  menu.querySelector('summary').focus();
});
