// Those who own and edit: list, edit, their personas.

import { ago, Dialog, Fragment, h, Icon, names, useConfirm, useEffect, useMemo, useState } from './dom.js';
import { call, forgetUsers, get, query, userName, userPath, USERS } from './api.js';
import { onChange } from './feed.js';
import { Left, News, Status, useSaveKey, useSession } from './editor.js';
import { Field, Pairs, Prose } from './fields.js';
import { Conflict } from './conflict.js';
import { Empty, Failure, Portrait, say } from './parts.js';

const MEMBERS = ['username', 'email', 'display_name', 'profile_picture_url', 'bio', 'preferences', 'is_active'];

function NewUser({ onClose }) {
  const [username, setUsername] = useState('');
  const [shown, setShown] = useState('');
  const [error, setError] = useState('');
  const create = async (event) => {
    event.preventDefault();
    try {
      const { body } = await call('POST', USERS, { body: { username: username.trim(), display_name: shown.trim() } });
      forgetUsers();
      onClose();
      location.hash = `#/users/${encodeURIComponent(body.id)}`;
    } catch (problem) {
      setError(problem.body?.errors?.map((one) => one.detail).join(' ') || problem.message);
    }
  };
  return h(Dialog, { title: 'A new user', onClose },
    h('form', { class: 'stack', onSubmit: create },
      h('label', { class: 'field' }, h('span', { class: 'label' }, 'Name'), h('input', { type: 'text', 'data-first': true, value: shown, maxlength: 200, autocomplete: 'off', onInput: (event) => setShown(event.target.value) })),
      h('label', { class: 'field' }, h('span', { class: 'label' }, 'Username'), h('input', { type: 'text', value: username, maxlength: 50, autocomplete: 'off', autocapitalize: 'none', 'aria-invalid': error ? 'true' : undefined, 'aria-describedby': 'new-user-hint', onInput: (event) => setUsername(event.target.value) }),
        h('span', { class: 'hint', id: 'new-user-hint' }, '3 to 50 of a–z, 0–9 and _; nobody else may have it.')),
      error && h('p', { class: 'error-text', role: 'alert' }, error),
      h('div', { class: 'row end' }, h('button', { type: 'button', class: 'button', onClick: onClose }, 'Cancel'), h('button', { class: 'button primary' }, 'Create'))));
}

export function Users() {
  const [state, setState] = useState({ items: null, cursor: null, error: null });
  const [filter, setFilter] = useState('');
  const [active, setActive] = useState('true');
  const [creating, setCreating] = useState(false);
  const load = async () => {
    try {
      const { body } = await get(USERS + query({ limit: 500, fields: 'summary', active: active === 'any' ? '' : active }));
      setState({ items: body.items, cursor: body.next_cursor, error: null });
    } catch (error) {
      setState((old) => ({ ...old, error }));
    }
  };
  useEffect(() => {
    document.title = 'Users · Mien';
    load();
    let timer = null;
    const stop = onChange((change) => {
      if (change.kind === 'user' || change.kind === 'reload') {
        forgetUsers();
        clearTimeout(timer);
        timer = setTimeout(load, 250);
      }
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [active]);
  const more = async () => {
    const { body } = await get(USERS + query({ limit: 500, fields: 'summary', active: active === 'any' ? '' : active, cursor: state.cursor }));
    setState((old) => ({ ...old, items: [...old.items, ...body.items], cursor: body.next_cursor }));
  };
  const shown = useMemo(() => {
    const wanted = filter.trim().toLocaleLowerCase();
    return (state.items || []).filter((user) => !wanted || `${user.username} ${user.display_name}`.toLocaleLowerCase().includes(wanted));
  }, [state.items, filter]);

  return h('div', { class: 'narrow' },
    h('header', { class: 'page-head row apart' }, h('div', null, h('h1', null, 'Users'), h('p', { class: 'hint' }, 'Those who own personas.')), h('button', { type: 'button', class: 'button primary', onClick: () => setCreating(true) }, h(Icon, { name: 'plus' }), 'New user')),
    h('div', { class: 'row user-tools' },
      h('div', { class: 'search' }, h(Icon, { name: 'search' }), h('input', { type: 'search', value: filter, placeholder: 'Find a user', 'aria-label': 'Find a user', autocomplete: 'off', onInput: (event) => setFilter(event.target.value) })),
      h('label', { class: 'filter' }, h('span', { class: 'visually-hidden' }, 'State'), h('select', { value: active, onChange: (event) => setActive(event.target.value) }, h('option', { value: 'true' }, 'Active'), h('option', { value: 'false' }, 'Deactivated'), h('option', { value: 'any' }, 'All')))),
    state.error ? h(Failure, { error: state.error, onRetry: load })
      : state.items === null ? h('div', { class: 'loading', 'aria-busy': 'true' })
        : !shown.length ? h(Empty, { title: state.items.length ? 'Nobody of that name' : active === 'true' ? 'No users yet' : 'Nobody here', icon: 'person' }, h('p', null, state.items.length ? 'Try another part of the name.' : 'Personas can do without; a user is there to own them, and to find them by.'))
          : h('ul', { class: 'people' }, shown.map((user) => h('li', { key: user.id }, h('a', { href: `#/users/${encodeURIComponent(user.id)}`, class: names('person', !user.is_active && 'inactive') },
            h('span', { class: 'person-face' }, h(Portrait, { persona: { name: userName(user) } })),
            h('span', { class: 'person-name' }, userName(user)),
            h('span', { class: 'person-user' }, `@${user.username}`),
            h('span', { class: 'person-when' }, user.is_active ? ago(user.updated_at) : 'Deactivated'))))),
    state.cursor && h('div', { class: 'row centred' }, h('button', { type: 'button', class: 'button', onClick: more }, 'More users')),
    creating && h(NewUser, { onClose: () => setCreating(false) }));
}

function Theirs({ id, name }) {
  const [state, setState] = useState({ items: null, cursor: null });
  const load = async (cursor) => {
    const { body } = await get(`${userPath(id)}/personas${query({ limit: 48, fields: 'name,tags,avatar,is_active', cursor })}`);
    setState((old) => ({ items: cursor ? [...old.items, ...body.items] : body.items, cursor: body.next_cursor }));
  };
  useEffect(() => {
    load().catch(() => setState({ items: [], cursor: null }));
    return onChange((change) => change.kind === 'persona' && load().catch(() => {}));
  }, [id]);
  return h('section', { class: 'sheet', 'aria-labelledby': 'theirs' },
    h('h2', { id: 'theirs' }, 'Personas'),
    state.items === null ? null
      : state.items.length === 0 ? h('p', { class: 'hint' }, `${name} owns no personas.`)
        : h(Fragment, null,
          h('ul', { class: 'theirs' }, state.items.map((persona) => h('li', { key: persona.id }, h('a', { href: `#/personas/${encodeURIComponent(persona.id)}` }, h(Portrait, { persona, size: 128 }), h('span', null, persona.name))))),
          h('div', { class: 'row' },
            state.cursor && h('button', { type: 'button', class: 'button small', onClick: () => load(state.cursor) }, 'More'),
            h('a', { href: `#/?owner=${encodeURIComponent(id)}&active=any` }, 'See them in the gallery'))));
}

export function User({ id }) {
  const [session, error, retry] = useSession('user', id, userPath(id), MEMBERS);
  const [ask, dialog] = useConfirm();
  const save = async () => {
    if (!session.base) {
      return;
    }
    const outcome = await session.save('');
    if (outcome === 'saved') {
      forgetUsers();
      say('Saved.');
    } else if (outcome === 'conflict') {
      say('Somebody changed the same. Decide about it below.', { tone: 'bad' });
    } else if (outcome === 'invalid') {
      say(session.errors[0]?.detail || 'The server refused it.', { tone: 'bad' });
    }
  };
  useSaveKey(save);
  useEffect(() => {
    document.title = session.base ? `${userName(session.base)} · Mien` : 'Mien';
  });
  if (error) {
    return h(Failure, { error, onRetry: error.status === 404 ? undefined : retry });
  }
  if (!session.base) {
    return h('div', { class: 'loading', 'aria-busy': 'true' });
  }
  const user = session.current();
  const deactivate = async () => {
    if (user.is_active && !await ask({ title: `Deactivate ${userName(user)}?`, text: 'The username stays taken, and their personas stay as they are. It can be undone.', yes: 'Deactivate', danger: true })) {
      return;
    }
    try {
      await (user.is_active ? call('DELETE', userPath(id)) : call('PATCH', userPath(id), { body: { is_active: true } }));
      forgetUsers();
      await session.refresh();
      session.dismissNews();
      say(user.is_active ? 'Deactivated.' : 'Active again.');
    } catch (problem) {
      say(problem.message, { tone: 'bad' });
    }
  };
  const field = (name, label, hint, control, group) => h(Fragment, null,
    h(Field, { name, label, hint, group, changed: Object.hasOwn(session.mine, name), onRevert: () => session.revert(name), errors: session.errors.filter((one) => one.pointer === `/${name}` || one.pointer.startsWith(`/${name}/`)) }, control),
    session.conflicts[name] && h(Conflict, { session, field: name }));
  const line = (name, type, nullable) => (control) => h('input', { type, value: session.value(name) ?? '', autocomplete: 'off', onInput: (event) => session.set(name, nullable && event.target.value === '' ? null : event.target.value), ...control });
  return h('div', { class: 'narrow user' },
    h('header', { class: 'page-head' },
      h('a', { class: 'back', href: '#/users' }, h(Icon, { name: 'back' }), 'Users'),
      h('div', { class: 'row apart' },
        h('div', null, h('h1', null, userName(user) || 'A user'), h(Status, { session })),
        h('div', { class: 'row' },
          h('button', { type: 'button', class: 'button', onClick: deactivate }, user.is_active ? 'Deactivate' : 'Activate'),
          h('button', { type: 'button', class: 'button primary', disabled: !session.dirty.length || session.busy, onClick: save }, 'Save')))),
    !session.base.is_active && h('section', { class: 'banner' }, h('p', null, 'Deactivated. Their personas stay as they are.')),
    h(Left, { session }),
    h(News, { session }),
    h('section', { class: 'sheet', 'aria-label': 'The user' },
      field('display_name', 'Name', 'What others see.', line('display_name', 'text')),
      field('username', 'Username', '3 to 50 of a–z, 0–9 and _; unique.', line('username', 'text')),
      field('email', 'E-mail', null, line('email', 'email', true)),
      field('profile_picture_url', 'Picture address', 'Kept for applications; this page does not fetch it.', line('profile_picture_url', 'url', true)),
      field('bio', 'About', null, (control) => h(Prose, { value: session.value('bio'), onInput: (value) => session.set('bio', value), ...control })),
      field('preferences', 'Preferences', 'What applications want to remember.', (control) => h(Pairs, { value: session.value('preferences'), onInput: (value) => session.set('preferences', value), label: 'Preferences', describedBy: control['aria-describedby'] }), true)),
    h(Theirs, { id, name: userName(user) }),
    dialog);
}

