// The question that only the writer can answer: two people changed the same member, and both versions are here.

import { h, Icon } from './dom.js';
import { both } from './merge.js';
import { Change, fieldName } from './differences.js';
import { asText } from './diff.js';

export function Conflict({ session, field }) {
  const { base, theirs } = session.conflicts[field];
  const mine = session.value(field);
  const news = session.news.findLast((one) => one.fields.includes(field));
  const who = news?.actor || 'Somebody else';
  const together = both(mine, theirs);
  const empty = (value) => asText(value) === '';
  return h('section', { class: 'conflict', 'aria-label': `Two versions of ${fieldName(field)}`, 'data-conflict': field },
    h('div', { class: 'conflict-head' },
      h(Icon, { name: 'alert' }),
      h('p', null, h('strong', null, who), ` changed ${fieldName(field).toLowerCase()} too, and saved it. Nothing of yours was lost: which shall it be?`)),
    h('div', { class: 'sides' },
      h('div', { class: 'side' }, h('h4', null, 'Yours, not saved yet'), empty(mine) ? h('p', { class: 'hint' }, 'Empty') : null, h(Change, { field, before: base, after: mine, naming: false })),
      h('div', { class: 'side' }, h('h4', null, `By ${who === 'Somebody else' ? 'somebody else' : who}, saved`), empty(theirs) ? h('p', { class: 'hint' }, 'Empty') : null, h(Change, { field, before: base, after: theirs, naming: false }))),
    h('div', { class: 'row' },
      h('button', { type: 'button', class: 'button small', onClick: () => session.resolve(field, mine) }, 'Keep mine'),
      h('button', { type: 'button', class: 'button small', onClick: () => session.resolve(field, theirs) }, 'Take theirs'),
      together !== undefined && h('button', { type: 'button', class: 'button small', onClick: () => session.resolve(field, together) }, 'Both, to edit')));
}
