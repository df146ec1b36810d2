// The frame around all views: which one is shown, who writes, light or dark, and the keys that work everywhere.

import { Dialog, Fragment, h, Icon, names, render, useCallback, useEffect, useRef, useState } from './dom.js';
import { actor, call, PERSONAS, Problem } from './api.js';
import * as feed from './feed.js';
import { Gallery } from './gallery.js';
import { say, Toasts } from './parts.js';

const LATER = {
  editor: () => import('./editor.js').then((module) => module.Editor),
  history: () => import('./history.js').then((module) => module.History),
  users: () => import('./users.js').then((module) => module.Users),
  user: () => import('./users.js').then((module) => module.User),
  workers: () => import('./workers.js').then((module) => module.Workers),
  importer: () => import('./importer.js').then((module) => module.Importer),
};

function where() {
  const [path, search] = location.hash.replace(/^#/, '').split('?');
  const parts = path.split('/').filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  const parameters = new URLSearchParams(search || '');
  const [first, id, more] = parts;
  if (first === 'personas' && id) {
    return { view: more === 'history' ? 'history' : 'editor', id, parameters, section: 'personas' };
  }
  if (first === 'users') {
    return { view: id ? 'user' : 'users', id, parameters, section: 'users' };
  }
  if (first === 'workers') {
    return { view: 'workers', parameters, section: 'workers' };
  }
  if (first === 'import') {
    return { view: 'importer', parameters, section: 'personas' };
  }
  return { view: 'gallery', parameters, section: 'personas' };
}

/** A view whose code is fetched when it is first looked at. */
function Later({ view, ...properties }) {
  const [loaded, setLoaded] = useState(null);
  useEffect(() => {
    let here = true;
    LATER[view]().then((component) => here && setLoaded({ view, component }));
    return () => {
      here = false;
    };
  }, [view]);
  return loaded?.view === view ? h(loaded.component, properties) : h('div', { class: 'loading', 'aria-busy': 'true' });
}

export function singleKeys() {
  return localStorage.getItem('mien.keys') !== 'off';
}

function typing(target) {
  return target.closest('input, textarea, select, [contenteditable], dialog') !== null;
}

function Settings({ onClose }) {
  const [name, setName] = useState(actor());
  const [theme, setTheme] = useState(localStorage.getItem('mien.theme') || 'system');
  const [keys, setKeys] = useState(singleKeys());
  const choose = (value) => {
    setTheme(value);
    if (value === 'system') {
      localStorage.removeItem('mien.theme');
      delete document.documentElement.dataset.theme;
    } else {
      localStorage.setItem('mien.theme', value);
      document.documentElement.dataset.theme = value;
    }
  };
  return h(Dialog, { title: 'You, at this desk', onClose },
    h('form', { class: 'stack', onSubmit: (event) => {
      event.preventDefault();
      localStorage.setItem('mien.actor', name.trim());
      window.dispatchEvent(new Event('mien-actor'));
      onClose();
    } },
    h('label', { class: 'field' },
      h('span', { class: 'label' }, 'Your name'),
      h('input', { type: 'text', value: name, maxlength: 60, 'data-first': true, autocomplete: 'name', onInput: (event) => setName(event.target.value) }),
      h('span', { class: 'hint' }, 'The history and your colleagues’ windows show it beside what you change. Nobody checks it.')),
    h('fieldset', { class: 'field' },
      h('legend', { class: 'label' }, 'Colours'),
      h('div', { class: 'segmented' }, ['system', 'light', 'dark'].map((value) => h('label', { key: value },
        h('input', { type: 'radio', name: 'theme', value, checked: theme === value, onChange: () => choose(value) }),
        h('span', null, { system: 'As the system', light: 'Light', dark: 'Dark' }[value]))))),
    h('label', { class: 'check' },
      h('input', { type: 'checkbox', checked: keys, onChange: (event) => {
        setKeys(event.target.checked);
        localStorage.setItem('mien.keys', event.target.checked ? 'on' : 'off');
      } }),
      h('span', null, 'Single keys are shortcuts (', h('kbd', null, '/'), ', ', h('kbd', null, 'n'), ', ', h('kbd', null, '?'), ')')),
    h('div', { class: 'row apart' }, h('a', { href: '/openapi.json' }, 'The API of this server'), h('button', { class: 'button primary' }, 'Done'))));
}

const SHORTCUTS = [
  ['/', 'Search personas'],
  ['n', 'New persona'],
  ['← ↑ ↓ →', 'Move in the gallery'],
  ['Enter', 'Open the persona'],
  ['Ctrl S', 'Save (⌘ S on a Mac)'],
  ['Alt P', 'Show or hide the preview'],
  ['Esc', 'Close what is open'],
  ['?', 'These shortcuts'],
];

function Shortcuts({ onClose }) {
  return h(Dialog, { title: 'Keys', onClose },
    h('dl', { class: 'shortcuts' }, SHORTCUTS.map(([keys, text]) => h(Fragment, { key: keys }, h('dt', null, h('kbd', null, keys)), h('dd', null, text)))));
}

function NewPersona({ onClose }) {
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const create = async (event) => {
    event.preventDefault();
    if (!name.trim() || busy) {
      setError(name.trim() ? '' : 'A persona needs a name; it can be changed later.');
      return;
    }
    setBusy(true);
    try {
      const { body } = await call('POST', PERSONAS, { body: { name: name.trim() } });
      onClose();
      location.hash = `#/personas/${encodeURIComponent(body.id)}`;
    } catch (problem) {
      setBusy(false);
      setError(problem instanceof Problem ? problem.message : String(problem));
    }
  };
  return h(Dialog, { title: 'A new persona', onClose },
    h('form', { class: 'stack', onSubmit: create },
      h('label', { class: 'field' },
        h('span', { class: 'label' }, 'What is the character called?'),
        h('input', { type: 'text', class: 'large serif', value: name, maxlength: 200, 'data-first': true, autocomplete: 'off', 'aria-invalid': error ? 'true' : undefined, 'aria-describedby': error ? 'new-persona-error' : undefined, onInput: (event) => setName(event.target.value) })),
      error && h('p', { class: 'error-text', id: 'new-persona-error', role: 'alert' }, error),
      h('div', { class: 'row end' },
        h('button', { type: 'button', class: 'button', onClick: onClose }, 'Cancel'),
        h('button', { class: 'button primary', disabled: busy }, 'Begin'))));
}

function Drop({ onFiles }) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const carriesFiles = (event) => [...(event.dataTransfer?.types || [])].includes('Files');
    let depth = 0;
    const enter = (event) => {
      if (carriesFiles(event)) {
        depth++;
        setOver(true);
      }
    };
    const leave = (event) => {
      if (carriesFiles(event) && --depth <= 0) {
        depth = 0;
        setOver(false);
      }
    };
    const move = (event) => carriesFiles(event) && event.preventDefault();
    const drop = (event) => {
      if (carriesFiles(event)) {
        event.preventDefault();
        depth = 0;
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }
    };
    const all = { dragenter: enter, dragleave: leave, dragover: move, drop };
    Object.entries(all).forEach(([type, listener]) => window.addEventListener(type, listener));
    return () => Object.entries(all).forEach(([type, listener]) => window.removeEventListener(type, listener));
  }, []);
  return over && h('div', { class: 'drop' }, h('div', null, h(Icon, { name: 'upload' }), h('p', null, 'Let go to look at these cards'), h('p', { class: 'hint' }, 'Nothing is imported before you say so.')));
}

function Feed() {
  const [state, setState] = useState('connecting');
  useEffect(() => feed.onState(setState), []);
  const words = { live: 'Live: changes by others appear here at once', connecting: 'Connecting to the server', lost: 'The server is out of reach; trying again' }[state];
  return h('span', { class: names('live', state), role: 'img', 'aria-label': words, title: words });
}

function App() {
  const [place, setPlace] = useState(where());
  const [dialog, setDialog] = useState(null);
  const [files, setFiles] = useState([]);
  const [name, setName] = useState(actor());
  const main = useRef(null);
  const first = useRef(true);
  const toSearch = useRef(false);

  useEffect(() => {
    const move = () => setPlace(where());
    const rename = () => setName(actor());
    window.addEventListener('hashchange', move);
    window.addEventListener('mien-actor', rename);
    return () => {
      window.removeEventListener('hashchange', move);
      window.removeEventListener('mien-actor', rename);
    };
  }, []);

  useEffect(() => {
    // A screen reader is told of the new view, as it would be of a new page.
    if (first.current) {
      first.current = false;
    } else {
      window.scrollTo(0, 0);
      (toSearch.current && document.getElementById('search') || main.current).focus({ preventScroll: true });
      toSearch.current = false;
    }
  }, [place.view, place.id]);

  const create = useCallback(() => setDialog('new'), []);

  useEffect(() => {
    const key = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !singleKeys() || typing(event.target) || document.querySelector('dialog[open]')) {
        return;
      }
      if (event.key === '?') {
        setDialog('keys');
      } else if (event.key === 'n') {
        setDialog('new');
      } else if (event.key === '/') {
        // At once where it is there: what is typed next belongs into it.
        if (place.view === 'gallery') {
          document.getElementById('search').focus();
        } else {
          toSearch.current = true;
          location.hash = '#/';
        }
      } else {
        return;
      }
      event.preventDefault();
    };
    window.addEventListener('keydown', key);
    return () => window.removeEventListener('keydown', key);
  }, [place.view]);

  const take = (chosen) => {
    if (chosen.length) {
      setFiles(chosen);
      location.hash = '#/import';
    }
  };

  const link = (section, text, href) => h('a', { href, 'aria-current': place.section === section ? 'page' : undefined }, text);
  return h(Fragment, null,
    h('a', { class: 'skip', href: '#main', onClick: (event) => {
      event.preventDefault();
      main.current.focus();
    } }, 'Skip to the content'),
    h('header', { class: 'top' },
      h('a', { class: 'brand', href: '#/', 'aria-label': 'Mien, the gallery' },
        h('svg', { viewBox: '0 0 32 32', 'aria-hidden': 'true' }, h('rect', { width: 32, height: 32, rx: 9 }), h('path', { d: 'M8 22V11.5c0-1.2 1.5-1.7 2.2-.7L16 18.6l5.8-7.8c.7-1 2.2-.5 2.2.7V22' })),
        h('span', null, 'Mien')),
      h('nav', { 'aria-label': 'Main' }, link('personas', 'Personas', '#/'), link('users', 'Users', '#/users'), link('workers', 'Workers', '#/workers')),
      h('div', { class: 'top-end' },
        h(Feed),
        h('button', { type: 'button', class: 'who', onClick: () => setDialog('settings'), 'aria-haspopup': 'dialog', 'aria-label': `${name || 'Who writes?'} (settings)` }, h(Icon, { name: 'person' }), h('span', null, name || 'Who writes?')))),
    h('main', { id: 'main', ref: main, tabIndex: -1, class: `view-${place.view}` },
      place.view === 'gallery'
        ? h(Gallery, { parameters: place.parameters, onCreate: create, onFiles: take })
        : h(Later, { key: `${place.view}/${place.id || ''}`, view: place.view, id: place.id, parameters: place.parameters, files, onFiles: take })),
    h(Toasts),
    h(Drop, { onFiles: take }),
    dialog === 'settings' && h(Settings, { onClose: () => setDialog(null) }),
    dialog === 'keys' && h(Shortcuts, { onClose: () => setDialog(null) }),
    dialog === 'new' && h(NewPersona, { onClose: () => setDialog(null) }));
}

window.addEventListener('unhandledrejection', (event) => {
  if (event.reason instanceof Problem) {
    event.preventDefault();
    say(event.reason.message, { tone: 'bad' });
  }
});

feed.start();
render(h(App), document.getElementById('app'));
