// How each kind of member is edited.

import { h, Icon, names, useEffect, useId, useLayoutEffect, useRef, useState } from './dom.js';

const grows = CSS.supports('field-sizing', 'content');

/** A text that is as high as what it holds. */
export function Prose({ value, onInput, code, ...rest }) {
  const ref = useRef(null);
  useLayoutEffect(() => {
    if (!grows) {
      ref.current.style.height = 'auto';
      ref.current.style.height = `${Math.min(ref.current.scrollHeight + 2, window.innerHeight * 0.7)}px`;
    }
  }, [value]);
  return h('textarea', { ref, class: code ? 'code' : 'prose', value: value ?? '', spellcheck: !code, onInput: (event) => onInput(event.target.value), ...rest });
}

/** Short texts, each a chip that can be taken away. Enter or a comma ends one; backspace takes up the last again. */
export function Chips({ value, onInput, id, placeholder, describedBy, label }) {
  const [text, setText] = useState('');
  const input = useRef(null);
  const list = Array.isArray(value) ? value : [];
  const add = (typed) => {
    const fresh = typed.split(/[,\n]/).map((one) => one.trim()).filter((one, i, all) => one && !list.includes(one) && all.indexOf(one) === i);
    if (fresh.length) {
      onInput([...list, ...fresh]);
    }
    setText('');
  };
  return h('div', { class: 'chips', onClick: (event) => event.target === event.currentTarget && input.current.focus() },
    list.map((chip, i) => h('span', { class: 'chip', key: `${i}:${chip}` },
      h('span', null, chip),
      h('button', { type: 'button', 'aria-label': `Remove ${chip}`, onClick: () => {
        onInput(list.filter((_, other) => other !== i));
        input.current.focus();
      } }, h(Icon, { name: 'close' })))),
    h('input', {
      ref: input,
      id,
      type: 'text',
      value: text,
      placeholder: list.length ? '' : placeholder,
      autocomplete: 'off',
      'aria-label': label,
      'aria-describedby': describedBy,
      onInput: (event) => (/[,\n]/.test(event.target.value) ? add(event.target.value) : setText(event.target.value)),
      onBlur: () => add(text),
      onKeyDown: (event) => {
        if (event.key === 'Enter' && text.trim()) {
          event.preventDefault();
          add(text);
        } else if (event.key === 'Backspace' && !text && list.length) {
          event.preventDefault();
          setText(list.at(-1));
          onInput(list.slice(0, -1));
        }
      },
    }));
}

/** Long texts, one below the other. */
export function Texts({ value, onInput, one, describedBy, label }) {
  const list = Array.isArray(value) ? value : [];
  const root = useRef(null);
  const fresh = useRef(false);
  useEffect(() => {
    if (fresh.current) {
      fresh.current = false;
      [...root.current.querySelectorAll('textarea')].at(-1)?.focus();
    }
  }, [list.length]);
  const move = (from, to) => {
    const next = [...list];
    next.splice(to, 0, next.splice(from, 1)[0]);
    onInput(next);
  };
  return h('div', { class: 'texts', ref: root, role: 'group', 'aria-label': label, 'aria-describedby': describedBy },
    list.map((text, i) => h('div', { class: 'texts-one', key: i },
      h(Prose, { value: text, 'aria-label': `${one} ${i + 1}`, onInput: (next) => onInput(list.map((old, other) => (other === i ? next : old))) }),
      h('div', { class: 'texts-tools' },
        h('button', { type: 'button', class: 'icon-button small', 'aria-label': `Move ${one} ${i + 1} up`, disabled: i === 0, onClick: () => move(i, i - 1) }, h(Icon, { name: 'up' })),
        h('button', { type: 'button', class: 'icon-button small', 'aria-label': `Move ${one} ${i + 1} down`, disabled: i === list.length - 1, onClick: () => move(i, i + 1) }, h(Icon, { name: 'down' })),
        h('button', { type: 'button', class: 'icon-button small', 'aria-label': `Remove ${one} ${i + 1}`, onClick: () => onInput(list.filter((_, other) => other !== i)) }, h(Icon, { name: 'trash' }))))),
    h('button', { type: 'button', class: 'button small', onClick: () => {
      fresh.current = true;
      onInput([...list, '']);
    } }, h(Icon, { name: 'plus' }), list.length ? `Another ${one}` : `Add a ${one}`));
}

const plain = (value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** Named values: a row each where they are plain, JSON where they are not. */
export function Pairs({ value, onInput, describedBy, label, example }) {
  const object = value && typeof value === 'object' ? value : {};
  const [asJson, setAsJson] = useState(false);
  const [error, setError] = useState('');
  const [text, setText] = useState(null);
  const [rows, setRows] = useState(null);
  const sent = useRef(object);
  const id = useId('pairs');

  // Another value than the one sent from here came from outside: from somebody else, or from a decision.
  useEffect(() => {
    if (sent.current !== value) {
      setRows(null);
      setText(null);
      setError('');
      sent.current = value;
    }
  }, [value]);

  const send = (next) => {
    sent.current = next;
    onInput(next);
  };
  const shown = rows ?? Object.entries(object).map(([key, one]) => ({ key, text: plain(one) ? String(one) : JSON.stringify(one), value: one }));
  const apply = (next) => {
    setRows(next);
    const doubled = next.filter((row) => row.key.trim()).map((row) => row.key.trim());
    if (new Set(doubled).size < doubled.length) {
      setError('Two rows have the same name; the last one counts.');
    } else {
      setError('');
    }
    send(Object.fromEntries(next.filter((row) => row.key.trim()).map((row) => [row.key.trim(), row.value])));
  };
  const read = (typed, before) => {
    if (typeof before === 'string') {
      return typed;
    }
    try {
      const parsed = JSON.parse(typed);
      return parsed === null ? typed : parsed;
    } catch {
      return typed;
    }
  };
  return h('div', { class: 'pairs', role: 'group', 'aria-label': label, 'aria-describedby': describedBy },
    asJson
      ? h(Prose, { code: true, value: text ?? JSON.stringify(object, null, 2), 'aria-label': `${label}, as JSON`, 'aria-invalid': error ? 'true' : undefined, 'aria-describedby': error ? id : undefined, onInput: (typed) => {
        setText(typed);
        try {
          const parsed = JSON.parse(typed);
          if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
            setError('This has to be an object, in braces.');
          } else {
            setError('');
            setRows(null);
            send(parsed);
          }
        } catch (problem) {
          setError(`Not complete yet: ${problem.message}`);
        }
      } })
      : shown.map((row, i) => h('div', { class: 'pair', key: i },
        h('input', { type: 'text', value: row.key, 'aria-label': `Name ${i + 1}`, placeholder: 'name', onInput: (event) => apply(shown.map((old, other) => (other === i ? { ...old, key: event.target.value } : old))) }),
        h('input', { type: 'text', value: row.text, 'aria-label': row.key ? `Value of ${row.key}` : `Value ${i + 1}`, placeholder: example, onInput: (event) => apply(shown.map((old, other) => (other === i ? { ...old, text: event.target.value, value: read(event.target.value, old.value) } : old))) }),
        h('button', { type: 'button', class: 'icon-button small', 'aria-label': `Remove ${row.key || 'this row'}`, onClick: () => apply(shown.filter((_, other) => other !== i)) }, h(Icon, { name: 'close' })))),
    error && h('p', { class: 'error-text', id, role: 'status' }, error),
    h('div', { class: 'row' },
      !asJson && h('button', { type: 'button', class: 'button small', onClick: () => setRows([...shown, { key: '', text: '', value: '' }]) }, h(Icon, { name: 'plus' }), 'Add'),
      h('button', { type: 'button', class: 'text-button', onClick: () => {
        setAsJson(!asJson);
        setText(null);
        setRows(null);
        setError('');
      } }, asJson ? 'As rows' : 'As JSON')));
}

/** The frame around one member: its name, what it is for, whether it was changed, and what the server says about it. */
export function Field({ name, label, hint, changed, onRevert, errors, children, group }) {
  const id = `field-${name}`;
  const hintId = hint ? `${id}-hint` : undefined;
  const errorId = errors?.length ? `${id}-error` : undefined;
  const describedBy = [hintId, errorId].filter(Boolean).join(' ') || undefined;
  return h('div', { class: names('field', 'member', changed && 'changed'), 'data-field': name },
    h('div', { class: 'field-head' },
      h(group ? 'span' : 'label', { class: 'label', for: group ? undefined : id, id: `${id}-label` }, label),
      changed && h('button', { type: 'button', class: 'text-button undo', 'aria-label': `Undo the changes of ${label}`, onClick: onRevert }, 'Undo')),
    hint && h('p', { class: 'hint', id: hintId }, hint),
    children({ id, 'aria-describedby': describedBy, 'aria-invalid': errorId ? 'true' : undefined }),
    errorId && h('p', { class: 'error-text', id: errorId, role: 'alert' }, errors.map((error) => error.detail).join(' ')));
}
