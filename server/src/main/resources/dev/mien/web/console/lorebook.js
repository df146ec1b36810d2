// What a persona knows, entry by entry, and a box to try what a conversation calls up.
//
// An entry keeps every member that it came with, known here or not.

import { h, Icon, names, number, plural, useEffect, useRef, useState } from './dom.js';
import { actor, call, ifThere, personaPath } from './api.js';
import { Chips, Prose } from './fields.js';
import { mergePatch } from './merge.js';

const NEW = { keys: [], content: '', enabled: true, insertion_order: 100, extensions: {} };

function title(entry) {
  return entry.name || entry.comment || (Array.isArray(entry.keys) && entry.keys.length ? entry.keys.slice(0, 3).join(', ') : '') || 'No name yet';
}

function Entry({ entry, index, count, open, onOpen, onInput, onMove, onRemove, called }) {
  const set = (member, value) => onInput({ ...entry, [member]: value });
  const drop = (member) => {
    const next = { ...entry };
    delete next[member];
    onInput(next);
  };
  const flag = (member, text, hint) => h('label', { class: 'check', title: hint }, h('input', { type: 'checkbox', checked: entry[member] === true, onChange: (event) => (event.target.checked ? set(member, true) : drop(member)) }), h('span', null, text));
  const id = `lore-${index}`;
  const off = entry.enabled === false;
  return h('li', { class: names('entry', off && 'off', open && 'open', called && 'called') },
    h('div', { class: 'entry-head' },
      h('button', { type: 'button', class: 'entry-open', 'aria-expanded': open ? 'true' : 'false', 'aria-controls': id, onClick: onOpen },
        h(Icon, { name: open ? 'up' : 'down' }),
        h('span', { class: 'entry-title' }, title(entry)),
        h('span', { class: 'entry-about' }, entry.constant ? 'always' : plural((entry.keys || []).length, 'key'), entry.use_regex ? ', regex' : '', off ? ', off' : ''),
        called && h('span', { class: 'entry-called' }, 'called up'))),
    open && h('div', { class: 'entry-body', id },
      h('label', { class: 'field' }, h('span', { class: 'label' }, 'Name'), h('input', { type: 'text', value: entry.name ?? '', maxlength: 200, 'data-entry-name': true, onInput: (event) => set('name', event.target.value) })),
      h('div', { class: 'field' }, h('span', { class: 'label' }, entry.use_regex ? 'Patterns' : 'Keys'), h(Chips, { value: entry.keys, label: `Keys of ${title(entry)}`, placeholder: entry.use_regex ? '/rue|rosemary/i' : 'rue, rosemary …', onInput: (keys) => set('keys', keys) })),
      h('label', { class: 'field' }, h('span', { class: 'label' }, 'What the model is told then'), h(Prose, { value: entry.content, onInput: (content) => set('content', content) })),
      h('div', { class: 'entry-options' },
        h('label', { class: 'check' }, h('input', { type: 'checkbox', checked: !off, onChange: (event) => set('enabled', event.target.checked) }), h('span', null, 'In use')),
        flag('constant', 'Always there', 'It is told whatever the conversation is about.'),
        flag('use_regex', 'Keys are regular expressions'),
        flag('case_sensitive', 'Capitals count'),
        flag('selective', 'Needs a second key')),
      entry.selective && h('div', { class: 'field' }, h('span', { class: 'label' }, 'Second keys'), h('p', { class: 'hint' }, 'One of these has to be spoken of too.'), h(Chips, { value: entry.secondary_keys, label: `Second keys of ${title(entry)}`, onInput: (keys) => set('secondary_keys', keys) })),
      h('div', { class: 'row apart' },
        h('label', { class: 'order' }, h('span', { class: 'label' }, 'Order'), h('input', { type: 'number', value: entry.insertion_order ?? 100, step: 1, title: 'Lower numbers are told earlier', onInput: (event) => {
          const order = Number(event.target.value);
          if (event.target.value !== '' && Number.isFinite(order)) {
            set('insertion_order', order);
          }
        } })),
        h('div', { class: 'row' },
          h('button', { type: 'button', class: 'icon-button small', 'aria-label': `Move ${title(entry)} up`, disabled: index === 0, onClick: () => onMove(-1) }, h(Icon, { name: 'up' })),
          h('button', { type: 'button', class: 'icon-button small', 'aria-label': `Move ${title(entry)} down`, disabled: index === count - 1, onClick: () => onMove(1) }, h(Icon, { name: 'down' })),
          h('button', { type: 'button', class: 'button small', onClick: onRemove }, h(Icon, { name: 'trash' }), 'Remove')))));
}

/** Which entries a conversation calls up, as the server says. Patterns of a card are never run in this page. */
function useCalled(session, text, value) {
  const [answer, setAnswer] = useState(null);
  useEffect(() => {
    if (!text.trim()) {
      setAnswer(null);
      return undefined;
    }
    let here = true;
    const timer = setTimeout(async () => {
      const draft = Object.fromEntries(session.dirty.map((field) => [field, mergePatch(session.base[field], session.mine[field])]));
      try {
        const rendered = await ifThere('render', () => call('POST', `${personaPath(session.id)}/render`, {
          body: { messages: [{ role: 'user', content: text }], user: actor() || 'User', format: 'openai', seed: 1, draft },
          retry: false,
        }));
        if (here) {
          setAnswer(rendered ? { entries: rendered.body.lorebook || [] } : { missing: true });
        }
      } catch (error) {
        if (here) {
          setAnswer({ error });
        }
      }
    }, 250);
    return () => {
      here = false;
      clearTimeout(timer);
    };
  }, [text, JSON.stringify(value)]);
  return answer;
}

/** Where in the book those are that were called up. An entry without an id is known by its name, or by its key. */
function positions(answer, entries) {
  const found = new Set();
  for (const { id, name, key } of answer?.entries || []) {
    const free = (entry, i) => entry && typeof entry === 'object' && !found.has(i);
    const at = [
      (entry, i) => free(entry, i) && id !== undefined && id !== null && entry.id === id,
      (entry, i) => free(entry, i) && name && (entry.name === name || entry.comment === name),
      (entry, i) => free(entry, i) && key && Array.isArray(entry.keys) && entry.keys.includes(key),
    ].map((test) => entries.findIndex(test)).find((position) => position >= 0);
    if (at !== undefined) {
      found.add(at);
    }
  }
  return found;
}

export function Lorebook({ value, onInput, session }) {
  const book = value && typeof value === 'object' ? value : null;
  const entries = Array.isArray(book?.entries) ? book.entries : [];
  const [open, setOpen] = useState(-1);
  const [text, setText] = useState('');
  const root = useRef(null);
  const fresh = useRef(false);
  const answer = useCalled(session, text, value);
  const called = positions(answer, entries);

  useEffect(() => {
    if (fresh.current) {
      fresh.current = false;
      root.current.querySelector('.entry.open [data-entry-name]')?.focus();
    }
  }, [open, entries.length]);

  const put = (next) => onInput({ ...(book || { extensions: {} }), entries: next });
  const setting = (member, next) => {
    const changed = { ...(book || { extensions: {} }), entries };
    if (next === null) {
      delete changed[member];
    } else {
      changed[member] = next;
    }
    onInput(changed);
  };
  const add = () => {
    fresh.current = true;
    const ids = entries.map((entry) => entry?.id).filter(Number.isInteger);
    put([...entries, { ...NEW, id: Math.max(0, ...ids) + 1, insertion_order: Math.max(0, ...entries.map((entry) => Number(entry.insertion_order) || 0)) + 10 }]);
    setOpen(entries.length);
  };
  const move = (from, by) => {
    const next = [...entries];
    next.splice(from + by, 0, next.splice(from, 1)[0]);
    put(next);
    setOpen(from + by);
  };
  const count = (member, label, hint) => h('label', { class: 'order' }, h('span', { class: 'label' }, label), h('input', { type: 'number', min: 0, step: 1, title: hint, value: book?.[member] ?? '', placeholder: 'default', onInput: (event) => setting(member, event.target.value === '' ? null : Number(event.target.value)) }));

  return h('div', { class: 'lorebook', ref: root },
    entries.length === 0
      ? h('div', { class: 'lore-empty' }, h('p', { class: 'hint' }, 'Nothing yet. An entry holds something the persona knows, and the words that bring it to mind: “rue” could call up which herb means what.'))
      : h('ol', { class: 'entries' }, entries.map((entry, i) => h(Entry, {
        key: i,
        entry: entry && typeof entry === 'object' ? entry : {},
        index: i,
        count: entries.length,
        open: open === i,
        called: called.has(i),
        onOpen: () => setOpen(open === i ? -1 : i),
        onInput: (next) => put(entries.map((old, other) => (other === i ? next : old))),
        onMove: (by) => move(i, by),
        onRemove: () => {
          put(entries.filter((_, other) => other !== i));
          setOpen(-1);
        },
      }))),
    h('div', { class: 'row apart' },
      h('button', { type: 'button', class: 'button small', onClick: add }, h(Icon, { name: 'plus' }), entries.length ? 'Another entry' : 'Add an entry'),
      entries.length > 0 && h('details', { class: 'book-settings' }, h('summary', null, 'Settings of the book'), h('div', { class: 'book-options' },
        count('scan_depth', 'Messages to look through', 'How far back in the conversation keys are looked for'),
        count('token_budget', 'Most tokens', 'What all entries together may take up'),
        h('label', { class: 'check' }, h('input', { type: 'checkbox', checked: book?.recursive_scanning === true, onChange: (event) => setting('recursive_scanning', event.target.checked ? true : null) }), h('span', null, 'Entries call up others'))))),
    entries.length > 0 && h('div', { class: 'lore-test' },
      h('label', { class: 'field' }, h('span', { class: 'label' }, 'Try it'), h('span', { class: 'hint' }, 'Write as the user would. Entries that come to mind are marked.'),
        h('textarea', { rows: 2, value: text, placeholder: 'What does rosemary mean?', onInput: (event) => setText(event.target.value) })),
      h('p', { class: 'hint', role: 'status' }, answer?.missing ? 'This server cannot render prompts, so entries cannot be tried.'
        : answer?.error ? answer.error.message
          : answer ? (called.size ? `Calls up ${plural(called.size, 'entry', 'entries')}: ${[...called].map((i) => title(entries[i])).join('; ')}.` : answer.entries.length ? `Calls up ${number(answer.entries.length)}.` : 'Nothing comes to mind.')
            : '')));
}

