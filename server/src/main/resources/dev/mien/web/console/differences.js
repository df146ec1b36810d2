// Differences, as one reads them.

import { Fragment, h, names } from './dom.js';
import { asText, difference, shorten } from './diff.js';

/** A text with what was removed and added marked, also for those who do not see colours. */
export function Words({ before, after, whole = false }) {
  const runs = difference(asText(before), asText(after));
  return h('div', { class: 'words' }, (whole ? runs : shorten(runs)).map((run, i) => {
    if (run.kind === 'removed') {
      return h('del', { key: i }, run.text);
    }
    return run.kind === 'added' ? h('ins', { key: i }, run.text) : h(Fragment, { key: i }, run.text);
  }));
}

const NAMES = {
  name: 'Name', nickname: 'Nickname', description: 'Description', appearance: 'Appearance', personality: 'Personality',
  content_themes: 'Themes', style_preferences: 'Style', system_prompt: 'System prompt', scenario: 'Scenario',
  greeting: 'Greeting', alternate_greetings: 'Other greetings', example_dialogue: 'Example dialogue',
  post_history_instructions: 'Closing instructions', lorebook: 'Lorebook', tags: 'Tags', prompt_template: 'Prompt template',
  creator_notes: 'Notes', attributes: 'Attributes', avatar: 'Portrait', card: 'Card data', owner_id: 'Owner', is_active: 'In use',
  username: 'Username', email: 'E-mail', display_name: 'Display name', profile_picture_url: 'Picture address', bio: 'About', preferences: 'Preferences',
};

export const fieldName = (field) => NAMES[field] || field;

export function listNames(fields) {
  const all = fields.map((field) => fieldName(field).toLowerCase());
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

/** What became of a list of texts, entry by entry. */
function Entries({ before, after }) {
  const gone = before.filter((one) => !after.includes(one));
  const fresh = after.filter((one) => !before.includes(one));
  const kept = after.filter((one) => before.includes(one));
  if (!gone.length && !fresh.length) {
    return h('p', { class: 'hint' }, 'The order was changed.');
  }
  return h('div', { class: 'words list' },
    kept.length > 0 && h('span', { class: 'kept' }, kept.join(', ')),
    gone.map((one) => h('del', { key: `-${one}` }, one)),
    fresh.map((one) => h('ins', { key: `+${one}` }, one)));
}

const isShortList = (value) => Array.isArray(value) && value.every((one) => typeof one === 'string' && one.length < 80);

/** The lorebook, entry by entry: what was added, removed, and changed. */
function Book({ before, after }) {
  const entries = (book) => (Array.isArray(book?.entries) ? book.entries : []);
  const title = (entry) => entry?.name || entry?.comment || (Array.isArray(entry?.keys) ? entry.keys.join(', ') : '') || 'Entry';
  const identify = (entry, i) => (entry?.id !== undefined && entry?.id !== null ? `id ${entry.id}` : `${title(entry)} ${i}`);
  const olds = new Map(entries(before).map((entry, i) => [identify(entry, i), entry]));
  const news = new Map(entries(after).map((entry, i) => [identify(entry, i), entry]));
  const keys = [...new Set([...olds.keys(), ...news.keys()])].filter((key) => JSON.stringify(olds.get(key)) !== JSON.stringify(news.get(key)));
  const rest = (book) => (book ? { ...book, entries: undefined } : null);
  return h(Fragment, null,
    JSON.stringify(rest(before)) !== JSON.stringify(rest(after)) && h(Words, { before: rest(before), after: rest(after) }),
    keys.map((key) => {
      const old = olds.get(key);
      const fresh = news.get(key);
      const text = (entry) => (entry ? `${title(entry)}\n${(entry.keys || []).join(', ')}\n${entry.content || ''}${entry.enabled === false ? '\n(switched off)' : ''}` : '');
      return h('div', { class: 'book-change', key }, h('p', { class: 'hint' }, old && fresh ? `Entry “${title(fresh)}”` : old ? 'Entry removed' : 'Entry added'),
        text(old) === text(fresh) ? h(Words, { before: old, after: fresh }) : h(Words, { before: text(old), after: text(fresh) }));
    }));
}

/** A member as it is, with its name. */
export function Plain({ field, value }) {
  return h('div', { class: 'change named' }, h('h3', null, fieldName(field)), field === 'lorebook'
    ? h('div', { class: 'words plain' }, (value.entries || []).map((entry) => entry?.name || entry?.comment || (entry?.keys || []).join(', ')).join('\n'))
    : h('div', { class: 'words plain' }, asText(value)));
}

/** One member's change, with its name. */
export function Change({ field, before, after, naming = true }) {
  let body;
  if (field === 'is_active') {
    body = h('p', null, after === false ? 'Taken out of use.' : 'Taken into use.');
  } else if (field === 'avatar' || field === 'card') {
    body = h('p', { class: 'hint' }, before && after ? 'Replaced.' : after ? 'Added.' : 'Removed.');
  } else if (field === 'lorebook') {
    body = h(Book, { before, after });
  } else if (isShortList(before ?? []) && isShortList(after ?? []) && (Array.isArray(before) || Array.isArray(after))) {
    body = h(Entries, { before: before ?? [], after: after ?? [] });
  } else {
    body = h(Words, { before, after });
  }
  return h('div', { class: names('change', naming && 'named') }, naming && h('h3', null, fieldName(field)), body);
}
