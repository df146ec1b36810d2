// The library that draws, and the few helpers that every view uses.
//
// Everything that comes from a persona is given to the browser as text. There is no way from here to make HTML of it,
// and the page's policy forbids any other.

export const { h, render, Fragment, Component } = window.preact;
export const { useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useReducer } = window.preactHooks;

/** Joins the class names that are not empty. */
export function names(...all) {
  return all.filter(Boolean).join(' ');
}

let last = 0;

/** An id that no other element has. */
export function useId(prefix) {
  const ref = useRef('');
  if (!ref.current) {
    ref.current = `${prefix}-${++last}`;
  }
  return ref.current;
}

const PATHS = {
  search: 'M11 19a8 8 0 1 1 0-16 8 8 0 0 1 0 16ZM21 21l-4.4-4.4',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M15 5l-7 7 7 7',
  down: 'M6 9l6 6 6-6',
  up: 'M6 15l6-6 6 6',
  upload: 'M12 16V4M7 9l5-5 5 5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3',
  download: 'M12 4v12M7 11l5 5 5-5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3',
  history: 'M4 12a8 8 0 1 0 2.6-5.9M4 4v4h4M12 8v4.5l3 1.8',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20a7.5 7.5 0 0 1 15 0',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z',
  alert: 'M12 8.5v4.5M12 16.5h.01M10.3 4.3 2.9 17.4A2 2 0 0 0 4.6 20.4h14.8a2 2 0 0 0 1.7-3L13.7 4.3a2 2 0 0 0-3.4 0Z',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7',
  pen: 'M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19 4 20Z',
};

/** A picture that says nothing to a screen reader; the button around it has the words. */
export function Icon({ name }) {
  return h('svg', { class: name === 'more' ? 'icon dots' : 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' }, h('path', { d: PATHS[name] }));
}

/** How long ago that was, in words. */
export function ago(iso, now = Date.now()) {
  const seconds = Math.round((now - Date.parse(iso)) / 1000);
  if (Number.isNaN(seconds)) {
    return '';
  }
  if (seconds < 45) {
    return 'just now';
  }
  const steps = [[60, 'minute'], [60, 'hour'], [24, 'day'], [7, 'week'], [4.35, 'month'], [12, 'year']];
  let value = seconds;
  let name = 'second';
  for (const [size, next] of steps) {
    if (value < size * 0.95) {
      break;
    }
    value /= size;
    name = next;
  }
  const whole = Math.max(1, Math.round(value));
  return `${whole} ${name}${whole === 1 ? '' : 's'} ago`;
}

/** A moment, exactly, in the reader's own way of writing it. */
export function exactly(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? '' : date.toLocaleString();
}

export function number(value) {
  return Number(value).toLocaleString('en');
}

export function plural(count, one, many = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** Asks before something that cannot be taken back. Resolves to whether to go on. */
export function useConfirm() {
  const [question, setQuestion] = useState(null);
  const ask = useCallback((words) => new Promise((resolve) => setQuestion({ ...words, resolve })), []);
  const answer = (yes) => {
    question.resolve(yes);
    setQuestion(null);
  };
  const dialog = question
    && h(Dialog, { title: question.title, onClose: () => answer(false) },
      h('p', null, question.text),
      h('div', { class: 'row end' },
        h('button', { type: 'button', class: 'button', onClick: () => answer(false) }, 'Cancel'),
        h('button', { type: 'button', class: names('button', question.danger ? 'danger' : 'primary'), onClick: () => answer(true) }, question.yes)));
  return [ask, dialog];
}

/** A dialog of the browser's own: it keeps the focus, closes with Escape, and gives the focus back. */
export function Dialog({ title, onClose, children, wide }) {
  const ref = useRef(null);
  const id = useId('dialog');
  useLayoutEffect(() => {
    const before = document.activeElement;
    ref.current.showModal();
    ref.current.querySelector('[data-first]')?.focus();
    return () => before?.focus?.();
  }, []);
  return h('dialog', {
    ref,
    class: names('dialog', wide && 'wide'),
    'aria-labelledby': id,
    onCancel: (event) => {
      event.preventDefault();
      onClose();
    },
    onClick: (event) => event.target === ref.current && onClose(),
  },
  h('div', { class: 'dialog-inner' },
    h('div', { class: 'dialog-head' },
      h('h2', { id }, title),
      h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close', onClick: onClose }, h(Icon, { name: 'close' }))),
    children));
}

/** A button that opens a list of actions. Arrow keys move in it, Escape closes it. */
export function Menu({ label, icon, children, text, kind }) {
  const [open, setOpen] = useState(false);
  const root = useRef(null);
  const id = useId('menu');
  useEffect(() => {
    if (!open) {
      return undefined;
    }
    const outside = (event) => !root.current.contains(event.target) && setOpen(false);
    document.addEventListener('pointerdown', outside);
    root.current.querySelector('[role=menu] a, [role=menu] button')?.focus();
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);
  const keys = (event) => {
    if (!open) {
      return;
    }
    const items = [...root.current.querySelectorAll('[role=menuitem]')];
    const at = items.indexOf(document.activeElement);
    if (event.key === 'Escape') {
      event.stopPropagation();
      setOpen(false);
      root.current.querySelector('button').focus();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      items[(at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length]?.focus();
    }
  };
  return h('div', { class: 'menu', ref: root, onKeyDown: keys, onFocusOut: (event) => event.relatedTarget && !root.current.contains(event.relatedTarget) && setOpen(false) },
    h('button', {
      type: 'button',
      class: text ? names('button', kind) : 'icon-button',
      'aria-label': text ? undefined : label,
      'aria-haspopup': 'menu',
      'aria-expanded': open ? 'true' : 'false',
      'aria-controls': open ? id : undefined,
      onClick: () => setOpen(!open),
    }, icon && h(Icon, { name: icon }), text),
    open && h('div', { class: 'menu-list', id, role: 'menu', 'aria-label': label, onClick: () => setOpen(false) }, children));
}

export function MenuItem({ href, onClick, danger, children, download }) {
  return href
    ? h('a', { role: 'menuitem', href, download, onClick, class: 'menu-item' }, children)
    : h('button', { role: 'menuitem', type: 'button', class: names('menu-item', danger && 'danger-text'), onClick }, children);
}
