// What became of a persona, version by version: what was changed, by whom and why; and the way back.

import { ago, exactly, Fragment, h, Icon, names, useCallback, useConfirm, useEffect, useRef, useState } from './dom.js';
import { call, get, personaPath, Problem } from './api.js';
import { onChange } from './feed.js';
import { Change, listNames, Plain } from './differences.js';
import { Empty, Failure, Portrait, say } from './parts.js';

const LABEL = /^[a-z][a-z0-9_-]{0,49}$/;

function Labels({ version, labels, onSet, onRemove }) {
  const [adding, setAdding] = useState(false);
  const [text, setText] = useState('');
  const here = labels.filter((label) => label.version === version);
  const others = labels.filter((label) => label.version !== version);
  const put = (name) => {
    const label = name.trim().toLowerCase();
    if (!LABEL.test(label) || label === 'latest') {
      say('A label is a short name of a–z, 0–9, _ and -, and begins with a letter. “latest” follows by itself.', { tone: 'bad' });
      return;
    }
    setAdding(false);
    setText('');
    onSet(label, version);
  };
  return h('div', { class: 'labels' },
    here.map((label) => h('span', { class: 'chip', key: label.label }, h('span', null, label.label), h('button', { type: 'button', 'aria-label': `Take the label ${label.label} away`, onClick: () => onRemove(label) }, h(Icon, { name: 'close' })))),
    adding
      ? h('form', { class: 'row', onSubmit: (event) => {
        event.preventDefault();
        put(text);
      } },
      h('input', { type: 'text', class: 'label-input', value: text, 'aria-label': `A label for version ${version}`, placeholder: 'production', maxlength: 50, ref: (input) => input && !input.dataset.seen && (input.dataset.seen = '1') && input.focus(), onInput: (event) => setText(event.target.value), onKeyDown: (event) => event.key === 'Escape' && setAdding(false) }),
      h('button', { class: 'button small' }, 'Set'),
      others.map((label) => h('button', { type: 'button', class: 'text-button', key: label.label, onClick: () => put(label.label) }, `Move “${label.label}” here`)))
      : h('button', { type: 'button', class: 'text-button', onClick: () => setAdding(true) }, h('span', null, 'Label'), h('span', { class: 'visually-hidden' }, ` version ${version}`)));
}

function Difference({ path, from, to }) {
  const [state, setState] = useState(null);
  useEffect(() => {
    let here = true;
    setState(null);
    get(`${path}/versions/${from}/diff/${to}`)
      .then(({ body }) => here && setState(body))
      .catch((error) => here && setState({ error }));
    return () => {
      here = false;
    };
  }, [path, from, to]);
  if (!state) {
    return h('div', { class: 'difference loading-small', 'aria-busy': 'true' });
  }
  if (state.error) {
    return h('div', { class: 'difference' }, h('p', { class: 'hint' }, state.error.status === 410 ? 'What this version said was erased.' : state.error.message));
  }
  return h('div', { class: 'difference' }, state.fields.length
    ? state.fields.map(({ field, before, after }) => h(Change, { key: field, field, before, after }))
    : h('p', { class: 'hint' }, 'These two are the same.'));
}

function First({ path }) {
  const [state, setState] = useState(null);
  useEffect(() => {
    let here = true;
    get(`${path}/versions/1`).then(({ body }) => here && setState(body)).catch(() => {});
    return () => {
      here = false;
    };
  }, [path]);
  const members = state ? Object.entries(state).filter(([name, value]) => !['id', 'version', 'revision', 'created_at', 'updated_at', 'is_active', 'owner_id', 'card', 'avatar'].includes(name) && value !== null && value !== '' && !(Array.isArray(value) && !value.length) && !(typeof value === 'object' && !Object.keys(value).length)) : [];
  return h('div', { class: 'difference' }, members.map(([field, value]) => h(Plain, { key: field, field, value })));
}

export function History({ id }) {
  const path = personaPath(id);
  const [persona, setPersona] = useState(null);
  const [versions, setVersions] = useState([]);
  const [cursor, setCursor] = useState(null);
  const [labels, setLabels] = useState([]);
  const [selected, setSelected] = useState(null);
  const [other, setOther] = useState('previous');
  const [error, setError] = useState(null);
  const [ask, dialog] = useConfirm();
  const list = useRef(null);

  const load = useCallback(async () => {
    try {
      const [document, history, named] = await Promise.all([get(path), get(`${path}/versions?limit=100`), get(`${path}/labels`)]);
      setPersona({ ...document.body, etag: document.etag });
      setVersions(history.body.items);
      setCursor(history.body.next_cursor);
      setLabels(named.body.items);
      setSelected((old) => old ?? history.body.items[0]?.version ?? null);
      setError(null);
    } catch (problem) {
      setError(problem);
    }
  }, [path]);

  useEffect(() => {
    load();
    return onChange((change) => (change.kind === 'reload' || (change.kind === 'persona' && change.id === id) || (change.kind === 'label' && change.id.startsWith(`${id}~`))) && load());
  }, [id]);

  useEffect(() => {
    document.title = persona ? `History of ${persona.name} · Mien` : 'Mien';
  }, [persona]);

  if (error) {
    return h(Failure, { error, onRetry: load });
  }
  if (!persona) {
    return h('div', { class: 'loading', 'aria-busy': 'true' });
  }

  const more = async () => {
    const { body } = await get(`${path}/versions?limit=100&cursor=${encodeURIComponent(cursor)}`);
    setVersions([...versions, ...body.items]);
    setCursor(body.next_cursor);
  };
  const restore = async (version) => {
    if (!await ask({ title: `Go back to version ${version}?`, text: `It becomes the newest version. Nothing after it is lost: version ${persona.version} stays in the history.`, yes: 'Restore' })) {
      return;
    }
    try {
      const { body } = await call('POST', `${path}/restore`, { body: { version }, etag: persona.etag, message: `Back to version ${version}` });
      await load();
      setSelected(body.version);
      say(`Version ${version} is back, as version ${body.version}.`);
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 412) {
        await load();
        say('Somebody saved a newer version a moment ago. Have a look at it first.', { tone: 'bad' });
      } else {
        say(problem.message, { tone: 'bad' });
      }
    }
  };
  const setLabel = async (label, version) => {
    const there = labels.find((one) => one.label === label);
    if (there && there.version !== version && !await ask({ title: `Move “${label}” to version ${version}?`, text: `Applications that read “${label}” get version ${version} instead of ${there.version} from then on.`, yes: 'Move it' })) {
      return;
    }
    try {
      await call('PUT', `${path}/labels/${label}`, { body: { version } });
      await load();
      say(`“${label}” is version ${version} now.`);
    } catch (problem) {
      say(problem.message, { tone: 'bad' });
    }
  };
  const removeLabel = async (label) => {
    if (await ask({ title: `Take “${label.label}” away?`, text: 'Applications that read it will find nothing under this name.', yes: 'Take it away', danger: true })) {
      try {
        await call('DELETE', `${path}/labels/${label.label}`);
        await load();
      } catch (problem) {
        say(problem.message, { tone: 'bad' });
      }
    }
  };
  const keys = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const buttons = [...list.current.querySelectorAll('.version-open')];
      const next = buttons[buttons.indexOf(document.activeElement) + step];
      if (next && buttons.includes(document.activeElement)) {
        event.preventDefault();
        next.focus();
        next.click();
      }
    }
  };
  const chosen = versions.find((one) => one.version === selected);
  const before = chosen && (other === 'previous' ? versions[versions.indexOf(chosen) + 1]?.version ?? (selected > 1 ? selected - 1 : null) : Number(other));

  return h('div', { class: 'history' },
    h('header', { class: 'page-head' },
      h('a', { class: 'back', href: `#/personas/${encodeURIComponent(id)}` }, h(Icon, { name: 'back' }), 'Back to writing'),
      h('div', { class: 'row' }, h('div', { class: 'small-face' }, h(Portrait, { persona, size: 64 })), h('h1', null, persona.name)),
      h('p', { class: 'hint' }, `${persona.version === 1 ? 'One version' : `${persona.version} versions`}, since ${new Date(persona.created_at).toLocaleDateString(undefined, { day: 'numeric', month: 'long', year: 'numeric' })}.`)),
    h('div', { class: 'history-panes' },
      h('ol', { class: 'timeline', ref: list, onKeyDown: keys, 'aria-label': 'Versions, newest first' },
        versions.map((one) => h('li', { key: one.version, class: names('version', one.version === selected && 'selected') },
          h('button', { type: 'button', class: 'version-open', 'aria-pressed': one.version === selected ? 'true' : 'false', onClick: () => setSelected(one.version) },
            h('span', { class: 'version-line' },
              h('span', { class: 'version-number' }, one.operation === 'delete' ? 'Removed' : `Version ${one.version}`),
              labels.filter((label) => label.version === one.version).map((label) => h('span', { class: 'tag', key: label.label }, label.label)),
              h('time', { dateTime: one.at, title: exactly(one.at) }, ago(one.at))),
            h('span', { class: 'version-what' }, one.operation === 'create' ? 'The first words' : one.fields?.length ? listNames(one.fields) : ''),
            (one.actor || one.message) && h('span', { class: 'version-why' }, one.actor && h('strong', null, one.actor), one.actor && one.message && ': ', one.message)))),
        cursor && h('li', null, h('button', { type: 'button', class: 'button small', onClick: more }, 'Earlier versions'))),
      h('section', { class: 'sheet version-sheet', 'aria-label': chosen ? `Version ${chosen.version}` : 'Version' }, chosen
        ? h(Fragment, null,
          h('div', { class: 'version-head' },
            h('h2', null, `Version ${chosen.version}`),
            h('div', { class: 'row' },
              h(Labels, { key: chosen.version, version: chosen.version, labels, onSet: setLabel, onRemove: removeLabel }),
              chosen.version !== persona.version && chosen.operation !== 'delete' && h('button', { type: 'button', class: 'button small primary', onClick: () => restore(chosen.version) }, 'Restore this version'))),
          versions.length > 1 && h('label', { class: 'compare' }, h('span', null, 'Compared with'), h('select', { value: other, onChange: (event) => setOther(event.target.value) },
            h('option', { value: 'previous' }, 'the one before'),
            versions.filter((one) => one.version !== selected && one.operation !== 'delete').map((one) => h('option', { key: one.version, value: one.version }, `version ${one.version}`)))),
          before ? h(Difference, { path, from: before, to: chosen.version }) : h(First, { path }))
        : h(Empty, { title: 'No version is kept' }, h('p', null, 'The history of this persona was pruned.'))))
    , dialog);
}
