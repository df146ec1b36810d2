// Where a persona is written.

import { ago, exactly, Fragment, h, Icon, Menu, MenuItem, names, plural, useConfirm, useEffect, useReducer, useRef, useState } from './dom.js';
import { allUsers, call, ifThere, lacks, personaPath, userName } from './api.js';
import { Chips, Field, Pairs, Prose, Texts } from './fields.js';
import { Conflict } from './conflict.js';
import { Change, listNames } from './differences.js';
import { Failure, Portrait, say } from './parts.js';
import { Lorebook } from './lorebook.js';
import { Preview } from './preview.js';
import { Session } from './session.js';

const prose = (props) => (control) => h(Prose, { ...props, ...control });

const SECTIONS = [
  { id: 'who', title: 'Who they are', members: [
    { name: 'description', label: 'Description', hint: 'Who the character is. Part of every prompt.' },
    { name: 'personality', label: 'Personality', hint: 'How they think, feel and act.' },
    { name: 'appearance', label: 'Appearance', hint: 'What one sees.' },
    { name: 'nickname', label: 'Nickname', hint: 'What they are called in a conversation, if not by their name.', kind: 'line' },
  ] },
  { id: 'scene', title: 'How it begins', members: [
    { name: 'scenario', label: 'Scenario', hint: 'Where and when a conversation takes place.' },
    { name: 'greeting', label: 'Greeting', hint: 'What they say first.' },
    { name: 'alternate_greetings', label: 'Other greetings', hint: 'Other ways to begin.', kind: 'texts', one: 'greeting' },
    { name: 'example_dialogue', label: 'Example dialogue', hint: 'How a conversation goes. Each example begins with <START>; {{user}} and {{char}} stand for the names.' },
  ] },
  { id: 'lore', title: 'What they know', members: [{ name: 'lorebook', label: 'Lorebook', hint: 'What comes to mind when it is spoken of.', kind: 'lorebook' }] },
  { id: 'model', title: 'What the model is told', members: [
    { name: 'system_prompt', label: 'System prompt', hint: 'What the model is told before it speaks as them.' },
    { name: 'post_history_instructions', label: 'Closing instructions', hint: 'What the model is told last, behind the conversation so far.' },
    { name: 'prompt_template', label: 'Prompt template', hint: 'How the prompt is put together. Leave it empty for the server’s own way.', kind: 'template' },
  ] },
  { id: 'shelf', title: 'On the shelf', members: [
    { name: 'tags', label: 'Tags', hint: 'What to find them by.', kind: 'chips', placeholder: 'romance, court …' },
    { name: 'content_themes', label: 'Themes', hint: 'What their texts are about.', kind: 'chips', placeholder: 'first love, grief …' },
    { name: 'style_preferences', label: 'Style', hint: 'How they speak and write: tone, register, humour.', kind: 'pairs', example: 'dry and delayed' },
    { name: 'attributes', label: 'Attributes', hint: 'Anything else worth keeping.', kind: 'pairs', example: 'Elsinore' },
    { name: 'creator_notes', label: 'Notes', hint: 'For people who use this persona. No model ever sees them.' },
    { name: 'owner_id', label: 'Owner', kind: 'owner' },
  ] },
];

const MEMBERS = ['name', ...SECTIONS.flatMap((section) => section.members.map((member) => member.name)), 'is_active', 'avatar', 'card'];

/** A session for as long as the view is open, drawn again with each of its changes. */
export function useSession(kind, id, path, fields) {
  const [, draw] = useReducer((count) => count + 1, 0);
  const [error, setError] = useState(null);
  const ref = useRef(null);
  ref.current ??= new Session(kind, id, path, fields);
  const open = () => {
    setError(null);
    ref.current.open().catch(setError);
  };
  useEffect(() => {
    const stop = ref.current.listen(() => draw());
    open();
    return () => {
      stop();
      ref.current.close();
    };
  }, []);
  return [ref.current, error, open];
}

/** Ctrl S saves, wherever the focus is. */
export function useSaveKey(save) {
  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    const key = (event) => {
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 's') {
        event.preventDefault();
        latest.current();
      }
    };
    window.addEventListener('keydown', key);
    return () => window.removeEventListener('keydown', key);
  }, []);
}

export function News({ session }) {
  const [open, setOpen] = useState(false);
  if (!session.news.length) {
    return null;
  }
  const last = session.news.at(-1);
  const actors = [...new Set(session.news.map((one) => one.actor).filter(Boolean))];
  const who = actors.join(' and ') || 'Somebody else';
  const fields = [...new Set(session.news.flatMap((one) => one.fields))];
  const merged = fields.filter((field) => !session.conflicts[field]);
  return h('section', { class: 'banner', role: 'status', 'aria-label': 'Changes by others' },
    h('div', { class: 'banner-line' },
      h('p', null, h('strong', null, who), ` saved version ${last.version}: `, listNames(fields), '.', merged.length === fields.length && ' It is merged into what you see.'),
      h('div', { class: 'row' },
        h('button', { type: 'button', class: 'text-button', 'aria-expanded': open ? 'true' : 'false', onClick: () => setOpen(!open) }, open ? 'Hide' : 'Show what changed'),
        h('button', { type: 'button', class: 'text-button', onClick: () => session.dismissNews() }, 'Good'))),
    open && h('div', { class: 'banner-body' }, session.news.map((one) => one.fields.map((field) => h(Change, { key: `${one.version} ${field}`, field, before: one.from[field], after: one.to[field] })))));
}

export function Left({ session }) {
  return session.left.map((draft) => h('section', { class: 'banner', key: draft.key, 'aria-label': 'Unsaved work' },
    h('div', { class: 'banner-line' },
      h('p', null, 'There is work that was never saved, from ', h('time', { title: new Date(draft.at).toLocaleString() }, ago(new Date(draft.at).toISOString())), ': ', listNames(Object.keys(draft.mine)), '.'),
      h('div', { class: 'row' },
        h('button', { type: 'button', class: 'text-button', onClick: () => session.takeLeft(draft) }, 'Take it up'),
        h('button', { type: 'button', class: 'text-button', onClick: () => session.discardLeft(draft) }, 'Discard')))));
}

export function Status({ session }) {
  const dirty = session.dirty.length;
  const conflicts = Object.keys(session.conflicts).length;
  const text = session.busy ? 'Saving …'
    : conflicts ? `${plural(conflicts, 'question')} to answer`
      : dirty ? `${plural(dirty, 'change')} not saved`
        : `Version ${session.base.version}, saved ${ago(session.base.updated_at)}`;
  return h('p', { class: names('status', conflicts && 'asking', dirty && 'dirty'), role: 'status' },
    h('span', { title: exactly(session.base.updated_at) }, text),
    session.unkept && h('span', { class: 'error-text' }, ' The browser cannot keep unsaved work; save before you leave.'));
}

async function avatar(session, file) {
  const path = `${personaPath(session.id)}/avatar`;
  try {
    const done = file
      ? await ifThere('avatar', () => call('PUT', path, { raw: file, type: file.type || 'application/octet-stream' }))
      : await ifThere('avatar', () => call('DELETE', path));
    if (done === null) {
      say('This server cannot keep portraits.', { tone: 'bad' });
      return;
    }
    await session.refresh();
    session.dismissNews();
    say(file ? 'The portrait is in place.' : 'The portrait was removed.');
  } catch (error) {
    say(error.message, { tone: 'bad' });
  }
}

function Face({ session }) {
  const input = useRef(null);
  const persona = session.current();
  return h('div', { class: 'face' },
    h('button', { type: 'button', class: 'face-button', 'aria-label': persona.avatar ? 'Replace the portrait' : 'Add a portrait', onClick: () => input.current.click() },
      h(Portrait, { persona, size: 256 }),
      h('span', { class: 'face-hint' }, persona.avatar ? 'Replace' : 'Add a portrait')),
    h('input', { ref: input, type: 'file', hidden: true, 'aria-label': 'Portrait', accept: 'image/png,image/jpeg,image/webp,image/gif', onChange: (event) => {
      const file = event.target.files[0];
      event.target.value = '';
      if (file) {
        avatar(session, file);
      }
    } }));
}

function Owner({ session, control }) {
  const [users, setUsers] = useState(new Map());
  useEffect(() => {
    allUsers().then(setUsers);
  }, []);
  const value = session.value('owner_id') || '';
  return h('select', { ...control, value, onChange: (event) => session.set('owner_id', event.target.value || null) },
    h('option', { value: '' }, 'Nobody'),
    value && !users.has(value) && h('option', { value }, value),
    [...users.values()].map((user) => h('option', { key: user.id, value: user.id }, userName(user))));
}

function Member({ session, member }) {
  const { name, kind } = member;
  const value = session.value(name);
  const set = (next) => session.set(name, next);
  const errors = session.errors.filter((error) => error.pointer === `/${name}` || error.pointer.startsWith(`/${name}/`));
  const controls = {
    line: (control) => h('input', { type: 'text', value: value ?? '', maxlength: 200, onInput: (event) => set(event.target.value), ...control }),
    chips: (control) => h(Chips, { value, onInput: set, id: control.id, describedBy: control['aria-describedby'], placeholder: member.placeholder }),
    texts: (control) => h(Texts, { value, onInput: set, one: member.one, label: member.label, describedBy: control['aria-describedby'] }),
    pairs: (control) => h(Pairs, { value, onInput: set, label: member.label, example: member.example, describedBy: control['aria-describedby'] }),
    template: (control) => h(Prose, { code: true, value: value ?? '', onInput: (next) => set(next === '' ? null : next), ...control }),
    lorebook: () => h(Lorebook, { value, onInput: set, session }),
    owner: (control) => h(Owner, { session, control }),
  };
  return h(Fragment, null,
    h(Field, {
      name,
      label: member.label,
      hint: member.hint,
      changed: Object.hasOwn(session.mine, name),
      onRevert: () => session.revert(name),
      errors,
      group: ['texts', 'pairs', 'lorebook'].includes(kind),
    }, controls[kind] || prose({ value, onInput: set })),
    session.conflicts[name] && h(Conflict, { session, field: name }));
}

/** Says what the file that is fetched cannot say: the server names it in a header, which a download does not show. */
async function tellLosses(href) {
  const response = await fetch(href, { method: 'HEAD', cache: 'no-store', credentials: 'same-origin' }).catch(() => null);
  const losses = (response?.headers.get('Mien-Card-Losses') || '').split(', ').filter(Boolean).map((loss) => loss.split(';'));
  const of = (fate) => losses.filter(([, became]) => became === fate).map(([pointer]) => pointer.replace(/^\/(data\/)?/, ''));
  const lost = of('lost');
  const kept = of('kept');
  if (lost.length || kept.length) {
    say([lost.length && `Not in this file: ${listNames(lost)}.`, kept.length && `Kept in it for the way back only: ${listNames(kept)}.`].filter(Boolean).join(' '));
  }
}

function Card({ href, children }) {
  return h(MenuItem, { href, download: '', onClick: () => tellLosses(href) }, children);
}

function Exports({ id }) {
  const path = personaPath(id);
  return h(Menu, { label: 'Export', icon: 'download', text: 'Export', kind: 'button' },
    h(MenuItem, { href: path, download: `${id}.json` }, 'As a Mien document'),
    !lacks('cards') && h(Fragment, null,
      h(Card, { href: `${path}/card.png?spec=3` }, 'Card as PNG, version 3'),
      h(Card, { href: `${path}/card.png?spec=2` }, 'Card as PNG, version 2'),
      h(Card, { href: `${path}/card.json?spec=3` }, 'Card as JSON, version 3'),
      h(Card, { href: `${path}/card.json?spec=2` }, 'Card as JSON, version 2'),
      h(Card, { href: `${path}/card.charx` }, 'Card as CHARX')));
}

/** Which section is in sight, for the list of sections at the side. */
function useSection(ready) {
  const [current, setCurrent] = useState('who');
  useEffect(() => {
    if (!ready) {
      return undefined;
    }
    const observer = new IntersectionObserver((entries) => {
      const seen = entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target.id.replace('section-', ''));
      if (seen.length) {
        setCurrent(seen[0]);
      }
    }, { rootMargin: '-20% 0px -70% 0px' });
    SECTIONS.forEach(({ id }) => observer.observe(document.getElementById(`section-${id}`)));
    return () => observer.disconnect();
  }, [ready]);
  return current;
}

export function Editor({ id }) {
  const [session, error, retry] = useSession('persona', id, personaPath(id), MEMBERS);
  const [message, setMessage] = useState('');
  const [shown, setShown] = useState(() => localStorage.getItem('mien.preview') !== 'off');
  const [pane, setPane] = useState('write');
  const [ask, dialog] = useConfirm();
  const revision = useRef(0);
  const persona = session.base && session.current();
  const section = useSection(Boolean(session.base));
  revision.current = JSON.stringify(session.mine);

  useEffect(() => {
    document.title = persona ? `${session.dirty.length ? '• ' : ''}${persona.name} · Mien` : 'Mien';
  });

  const toggle = () => {
    localStorage.setItem('mien.preview', shown ? 'off' : 'on');
    setShown(!shown);
    setPane(pane === 'write' ? 'preview' : 'write');
  };
  useEffect(() => {
    const key = (event) => {
      if (event.altKey && !event.ctrlKey && event.code === 'KeyP') {
        event.preventDefault();
        toggle();
      }
    };
    window.addEventListener('keydown', key);
    return () => window.removeEventListener('keydown', key);
  });

  const save = async () => {
    if (!session.base) {
      return;
    }
    const outcome = await session.save(message.trim());
    if (outcome === 'saved') {
      setMessage('');
      say(`Saved as version ${session.base.version}.`);
    } else if (outcome === 'conflict') {
      say('Somebody changed the same. Your text is safe; decide about it below.', { tone: 'bad' });
      document.querySelector('.conflict')?.scrollIntoView({ block: 'center', behavior: 'smooth' });
    } else if (outcome === 'invalid') {
      say(session.errors[0]?.detail || 'The server refused it.', { tone: 'bad' });
      document.querySelector('[aria-invalid]')?.focus();
    }
  };
  useSaveKey(save);

  if (error) {
    return h(Failure, { error, onRetry: error.status === 404 ? undefined : retry });
  }
  if (!session.base) {
    return h('div', { class: 'loading', 'aria-busy': 'true' });
  }

  const retire = async () => {
    try {
      if (persona.is_active) {
        await call('DELETE', personaPath(id));
        say(`${persona.name} is retired. Nothing was erased.`, { action: { text: 'Bring back', run: () => call('PATCH', personaPath(id), { body: { is_active: true } }).then(() => session.refresh()) } });
      } else {
        await call('PATCH', personaPath(id), { body: { is_active: true } });
        say(`${persona.name} is back.`);
      }
      await session.refresh();
      session.dismissNews();
    } catch (problem) {
      say(problem.message, { tone: 'bad' });
    }
  };
  const discard = async () => {
    if (await ask({ title: 'Discard your changes?', text: `What you wrote since version ${session.base.version} goes: ${listNames(session.dirty)}.`, yes: 'Discard', danger: true })) {
      session.revertAll();
    }
  };
  const conflicts = Object.keys(session.conflicts);
  const nameErrors = session.errors.filter((one) => one.pointer === '/name');
  const general = session.errors.filter((one) => one.pointer === '');

  return h('div', { class: names('editor', shown && 'with-preview', `pane-${pane}`) },
    h('aside', { class: 'side-nav' },
      h('a', { class: 'back', href: '#/' }, h(Icon, { name: 'back' }), 'Personas'),
      h(Face, { session }),
      h('nav', { 'aria-label': 'Parts of the persona' }, h('ul', null, SECTIONS.map((one) => h('li', { key: one.id },
        h('a', { href: `#section-${one.id}`, 'aria-current': section === one.id ? 'true' : undefined, onClick: (event) => {
          event.preventDefault();
          const target = document.getElementById(`section-${one.id}`);
          target.scrollIntoView({ block: 'start' });
          target.focus({ preventScroll: true });
        } }, one.title, one.members.some((member) => Object.hasOwn(session.mine, member.name)) && h('span', { class: 'dot', title: 'Not saved' }, h('span', { class: 'visually-hidden' }, 'not saved'))))))),
      ),
    h('div', { class: 'write' },
      h('header', { class: 'editor-head' },
        h('div', { class: 'editor-title' },
          h('h1', { class: 'visually-hidden' }, persona.name || 'A persona'),
          h('input', { id: 'field-name', type: 'text', class: 'name-input', value: persona.name, maxlength: 200, 'aria-label': 'Name', 'aria-invalid': nameErrors.length ? 'true' : undefined, autocomplete: 'off', onInput: (event) => session.set('name', event.target.value) }),
          nameErrors.length > 0 && h('p', { class: 'error-text', role: 'alert' }, nameErrors.map((one) => one.detail).join(' ')),
          h(Status, { session })),
        h('div', { class: 'row editor-actions' },
          h('a', { class: 'button', href: `#/personas/${encodeURIComponent(id)}/history` }, h(Icon, { name: 'history' }), 'History'),
          h(Exports, { id }),
          h(Menu, { label: 'More', icon: 'more' },
            session.dirty.length > 0 && h(MenuItem, { onClick: discard }, 'Discard my changes'),
            persona.avatar && h(MenuItem, { onClick: () => avatar(session, null) }, 'Remove the portrait'),
            h(MenuItem, { onClick: retire, danger: persona.is_active }, persona.is_active ? 'Retire' : 'Bring back')))),
      session.conflicts.name && h(Conflict, { session, field: 'name' }),
      session.gone && h('section', { class: 'banner bad', role: 'alert' }, h('p', null, 'This persona was erased on the server. What you see is all that is left of it; copy what you need.')),
      !session.base.is_active && !session.gone && h('section', { class: 'banner' }, h('div', { class: 'banner-line' }, h('p', null, 'Retired. Applications that ask for active personas do not see it.'), h('button', { type: 'button', class: 'text-button', onClick: retire }, 'Bring back'))),
      session.restored && session.dirty.length > 0 && h('section', { class: 'banner', role: 'status' }, h('div', { class: 'banner-line' }, h('p', null, 'Here is what you had not saved: ', listNames(session.dirty), '.'), h('button', { type: 'button', class: 'text-button', onClick: () => {
        session.restored = false;
        session.changed();
      } }, 'Good'))),
      h(Left, { session }),
      h(News, { session }),
      general.length > 0 && h('section', { class: 'banner bad', role: 'alert' }, h('p', null, general.map((one) => one.detail).join(' '))),
      conflicts.filter((field) => !document.getElementById(`field-${field}`) && !SECTIONS.some((one) => one.members.some((member) => member.name === field)) && field !== 'name').map((field) => h(Conflict, { key: field, session, field })),
      SECTIONS.map((one) => h('section', { class: 'sheet', key: one.id, id: `section-${one.id}`, tabIndex: -1, 'aria-labelledby': `title-${one.id}` },
        h('h2', { id: `title-${one.id}` }, one.title),
        one.members.map((member) => h(Member, { key: member.name, session, member }))))),
    h('aside', { class: 'preview', 'aria-label': 'Preview' }, h(Preview, { session, revision: revision.current })),
    h('div', { class: names('savebar', (session.dirty.length > 0 || session.busy) && 'needed') },
      h('div', { class: 'segmented panes' }, [['write', 'Write'], ['preview', 'Preview']].map(([value, text]) => h('label', { key: value },
        h('input', { type: 'radio', name: 'pane', value, checked: pane === value, onChange: () => setPane(value) }), h('span', null, text)))),
      h('button', { type: 'button', class: 'button quiet preview-toggle', 'aria-pressed': shown ? 'true' : 'false', onClick: toggle }, h(Icon, { name: 'eye' }), shown ? 'Hide preview' : 'Show preview'),
      h('div', { class: 'savebar-end' },
        h('input', { type: 'text', class: 'why', value: message, maxlength: 200, placeholder: 'Why, for the history (optional)', 'aria-label': 'Why, for the history', onInput: (event) => setMessage(event.target.value), onKeyDown: (event) => event.key === 'Enter' && save() }),
        h('button', { type: 'button', class: 'button primary', disabled: !session.dirty.length || session.busy, onClick: save }, session.busy ? 'Saving …' : conflicts.length ? 'Decide first' : 'Save', h('kbd', { class: 'wide-only', 'aria-hidden': 'true' }, 'Ctrl S')))),
    dialog);
}

