// Runs before the first paint. Nobody who chose the dark sees a flash of the light.
try {
  const theme = localStorage.getItem('mien.theme');
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // Storage is switched off; the system's choice holds.
}

// The gallery's first page is asked for while the modules are still on their way.
if (/^(#\/?)?$/.test(location.hash)) {
  const path = '/api/v1/personas?active=true&fields=name%2Ctags%2Cowner_id%2Cis_active%2Cupdated_at%2Cavatar&limit=60';
  window.mienFirst = { path, answer: fetch(path, { cache: 'no-store', credentials: 'same-origin' }) };
  window.mienFirst.answer.catch(() => {});
}
