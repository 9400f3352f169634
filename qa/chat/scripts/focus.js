// Puts the cursor into the question.
() => {
  document.querySelector('#pq-question textarea').focus();
  return [];
}
