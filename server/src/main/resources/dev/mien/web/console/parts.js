// What several views are made of.

import { h, Icon, names, useEffect, useState } from './dom.js';

/** A hue that belongs to a name: the same each time, and different for most others. */
export function hueOf(name) {
  let hash = 2166136261;
  for (const sign of name) {
    hash = Math.imul(hash ^ sign.codePointAt(0), 16777619);
  }
  return (hash >>> 0) % 360;
}

const graphemes = 'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'grapheme' }) : null;

function firstSign(word) {
  const first = graphemes ? graphemes.segment(word)[Symbol.iterator]().next().value?.segment : [...word][0];
  return (first || '').slice(0, 16);
}

/** One or two letters that stand for a name, without its articles. */
export function initials(name) {
  const words = name.trim().split(/[\s\-–—_]+/u).map((word) => word.replace(/^[^\p{L}\p{N}]+/u, '')).filter(Boolean);
  const weighty = words.length > 1 ? words.filter((word) => !/^(the|a|an|of|von|van|de|der|la|le)$/i.test(word)) : words;
  const chosen = weighty.length ? weighty : words;
  if (!chosen.length) {
    return firstSign(name.trim()) || '?';
  }
  return (chosen.length > 1 ? firstSign(chosen[0]) + firstSign(chosen.at(-1)) : firstSign(chosen[0])).toLocaleUpperCase();
}

/** The picture of a persona, or its initials on a colour of its own where there is none. */
export function Portrait({ persona, size = 256, label }) {
  const [broken, setBroken] = useState(null);
  const name = persona.name || '';
  const has = persona.avatar && broken !== persona.avatar;
  return h('span', { class: names('portrait', has && 'pictured'), style: { '--hue': hueOf(name) }, role: label ? 'img' : undefined, 'aria-label': label },
    has
      ? h('img', { src: `/api/v1/assets/${encodeURIComponent(persona.avatar)}?size=${size}`, key: persona.avatar, alt: '', loading: 'lazy', decoding: 'async', onError: () => setBroken(persona.avatar) })
      : h('span', { class: 'initials', 'aria-hidden': 'true' }, initials(name)));
}

/** What to show where there is nothing to show: a sentence, and what to do about it. */
export function Empty({ title, children, icon, target }) {
  return h('div', { class: names('empty', target && 'target') },
    icon && h('div', { class: 'empty-mark', 'aria-hidden': 'true' }, h(Icon, { name: icon })),
    h('h2', null, title),
    children);
}

let announce = () => {};

/** Says something to whoever looks, and to a screen reader. `action` is `{ text, run }`. */
export function say(text, { action, tone = 'calm' } = {}) {
  announce({ text, action, tone, id: Math.random() });
}

export function Toasts() {
  const [items, setItems] = useState([]);
  useEffect(() => {
    announce = (item) => {
      setItems((all) => [...all.slice(-2), item]);
      setTimeout(() => setItems((all) => all.filter((other) => other.id !== item.id)), item.tone === 'bad' ? 12000 : 6000);
    };
    return () => {
      announce = () => {};
    };
  }, []);
  return h('div', { class: 'toasts', role: 'status', 'aria-live': 'polite' },
    items.map((item) => h('div', { key: item.id, class: names('toast', item.tone) },
      h('span', null, item.text),
      item.action && h('button', { type: 'button', class: 'text-button', onClick: () => {
        item.action.run();
        setItems((all) => all.filter((other) => other.id !== item.id));
      } }, item.action.text),
      h('button', { type: 'button', class: 'icon-button small', 'aria-label': 'Dismiss', onClick: () => setItems((all) => all.filter((other) => other.id !== item.id)) }, h(Icon, { name: 'close' })))));
}

/** What went wrong, with a way to try again. */
export function Failure({ error, onRetry }) {
  return h('div', { class: 'empty', role: 'alert' },
    h('div', { class: 'empty-mark', 'aria-hidden': 'true' }, h(Icon, { name: 'alert' })),
    h('h2', null, error.status === 0 ? 'The server does not answer' : error.body?.title || 'Something went wrong'),
    h('p', null, error.message),
    onRetry && h('button', { type: 'button', class: 'button', onClick: onRetry }, 'Try again'));
}
