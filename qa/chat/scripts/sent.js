// What was sent is no draft any more.
(...inputs) => {
  try {
    sessionStorage.removeItem('pullquote-draft');
  } catch { /* there is none where nothing is kept */ }
  return inputs;
}
