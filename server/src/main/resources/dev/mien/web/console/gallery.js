// All personas, as portraits. Only those in sight are in the page, so ten thousand are as quick as ten.

import { ago, h, Icon, names, number, plural, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from './dom.js';
import { allUsers, get, PERSONAS, query, userName } from './api.js';
import { onChange } from './feed.js';
import { unsavedIds } from './drafts.js';
import { Empty, Failure, Portrait } from './parts.js';

const FIELDS = 'name,tags,owner_id,is_active,updated_at,avatar';
const FIRST = 60;
const MORE = 500;
/** As many as are fetched to be sorted here. The server lists the newest first; other orders are made of what it lists. */
const SORTED = 20000;
const GAP = 20;
const SMALLEST = 168;
const TEXT = 58;
const TEXT_FOUND = 84;

const SORTS = {
  newest: { text: 'Newest first' },
  changed: { text: 'Last changed', compare: (a, b) => (a.updated_at < b.updated_at ? 1 : a.updated_at > b.updated_at ? -1 : 0) },
  name: { text: 'By name', compare: (a, b) => collator.compare(a.name, b.name) },
};
const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

/** Where the gallery was when it was left, to come back to. */
let left = { key: '', top: 0, count: 0 };

/** The list that fits the filters, page after page. */
function useListing(filters) {
  const [listing, setListing] = useState({ items: [], done: false, loading: true, error: null, key: '' });
  const current = useRef(null);
  const { q, tag, owner, active } = filters;
  const key = JSON.stringify([q, tag, owner, active]);

  const fetchPage = useCallback(async (run, limit) => {
    if (run.busy || run.done) {
      return;
    }
    run.busy = true;
    try {
      const page = await get(PERSONAS + query({ q, tag, owner, active, fields: FIELDS, limit, cursor: run.cursor }), { signal: run.abort.signal });
      if (current.current !== run) {
        return;
      }
      run.cursor = page.body.next_cursor;
      run.done = run.cursor === null;
      // A persona may come twice where pages of a search were read while it moved.
      const known = new Set(run.items.map((item) => item.id));
      run.items = [...run.items, ...page.body.items.filter((item) => !known.has(item.id))];
      setListing({ items: run.items, done: run.done, loading: false, error: null, key });
    } catch (error) {
      if (current.current === run && error.name !== 'AbortError') {
        setListing((old) => ({ ...old, loading: false, error, key }));
      }
    } finally {
      run.busy = false;
    }
  }, [key]);

  const restart = useCallback((limit = FIRST) => {
    current.current?.abort.abort();
    const run = { items: [], cursor: '', done: false, busy: false, abort: new AbortController() };
    current.current = run;
    setListing((old) => ({ ...old, loading: true, error: null }));
    fetchPage(run, limit).then(() => {
      if (current.current === run && !run.done) {
        setTimeout(() => current.current === run && fetchPage(run, MORE), 200);
      }
    });
  }, [fetchPage]);

  useEffect(() => {
    const back = left.key === key && !listing.key;
    const timer = setTimeout(() => restart(back ? Math.min(MORE, Math.max(FIRST, left.count)) : FIRST), q && listing.key && key !== listing.key ? 90 : 0);
    return () => clearTimeout(timer);
  }, [key]);

  useEffect(() => () => current.current?.abort.abort(), []);

  // Back from a persona, one goes on where one was.
  useLayoutEffect(() => {
    if (listing.items.length && left.key === key && left.top) {
      const { top } = left;
      left = { key: '', top: 0, count: 0 };
      requestAnimationFrame(() => window.scrollTo(0, top));
    }
  }, [listing.items.length > 0]);
  useEffect(() => {
    const note = (event) => {
      if (event.target.closest?.('.tile a')) {
        left = { key, top: window.scrollY, count: current.current?.items.length || 0 };
      }
    };
    document.addEventListener('click', note, true);
    return () => document.removeEventListener('click', note, true);
  }, [key]);

  // What others change is seen at once. A burst of changes is taken together.
  useEffect(() => {
    const touched = new Set();
    let timer = null;
    const refresh = async () => {
      timer = null;
      const run = current.current;
      const ids = [...touched];
      touched.clear();
      if (q || ids.length > 20) {
        restart(Math.min(MORE, Math.max(FIRST, run.items.length)));
        return;
      }
      const fresh = await Promise.all(ids.map((id) => get(`${PERSONAS}/${encodeURIComponent(id)}`).then(({ body }) => body).catch((error) => (error.status === 404 ? { id, gone: true } : null))));
      if (current.current !== run) {
        return;
      }
      const items = [...run.items];
      for (const document of fresh.filter(Boolean)) {
        const at = items.findIndex((item) => item.id === document.id);
        const fits = !document.gone && (!tag || document.tags.includes(tag)) && (!owner || document.owner_id === owner) && (!active || String(document.is_active) === active);
        if (!fits) {
          if (at >= 0) {
            items.splice(at, 1);
          }
        } else if (at >= 0) {
          items[at] = summary(document);
        } else if (!items.length || document.id > items[0].id) {
          items.unshift(summary(document));
        }
      }
      run.items = items;
      setListing((old) => ({ ...old, items }));
    };
    const stop = onChange((change) => {
      if (change.kind === 'reload') {
        restart();
      } else if (change.kind === 'persona') {
        touched.add(change.id);
        timer ??= setTimeout(refresh, 250);
      }
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [key, restart]);

  const more = useCallback(() => current.current && fetchPage(current.current, MORE), [fetchPage]);
  return [listing, more, restart];
}

function summary({ id, version, revision, name, tags, owner_id, is_active, updated_at, avatar }) {
  return { id, version, revision, name, tags, owner_id, is_active, updated_at, avatar };
}

/** How many tiles go into a row, and how high a row is. */
function useMeasure(ref, text) {
  const [measure, setMeasure] = useState({ columns: 0, width: 0, row: 0 });
  useLayoutEffect(() => {
    const look = () => {
      const available = ref.current.clientWidth;
      const gap = available < 500 ? 14 : GAP;
      const columns = Math.max(2, Math.floor((available + gap) / (SMALLEST + gap)));
      const width = Math.floor((available - gap * (columns - 1)) / columns);
      setMeasure({ columns, width, gap, row: width + text + gap });
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return measure;
}

function useVisibleRows(ref, rows, rowHeight) {
  const [range, setRange] = useState([0, 8]);
  useLayoutEffect(() => {
    if (!rowHeight) {
      return undefined;
    }
    let scheduled = false;
    const look = () => {
      scheduled = false;
      if (!ref.current) {
        return;
      }
      const above = -ref.current.getBoundingClientRect().top;
      const first = Math.max(0, Math.floor(above / rowHeight) - 2);
      const last = Math.min(rows, Math.ceil((above + window.innerHeight) / rowHeight) + 2);
      setRange((old) => (old[0] === first && old[1] === last ? old : [first, Math.max(last, first)]));
    };
    const later = () => {
      if (!scheduled) {
        scheduled = true;
        requestAnimationFrame(look);
      }
    };
    look();
    window.addEventListener('scroll', later, { passive: true });
    window.addEventListener('resize', later);
    return () => {
      window.removeEventListener('scroll', later);
      window.removeEventListener('resize', later);
    };
  }, [rows, rowHeight]);
  return range;
}

function Marked({ snippet }) {
  const pieces = [];
  let at = 0;
  const from = Math.max(0, (snippet.matches[0]?.[0] ?? 0) - 24);
  at = from;
  for (const [begin, end] of snippet.matches) {
    pieces.push(snippet.text.slice(at, begin), h('mark', { key: begin }, snippet.text.slice(begin, end)));
    at = end;
  }
  pieces.push(snippet.text.slice(at));
  return h('span', { class: 'snippet' }, from > 0 && '…', pieces);
}

function Tile({ persona, position, total, unsaved, active, width }) {
  const snippet = persona.snippets?.find((one) => one.field !== 'name' && one.field !== 'tags');
  return h('li', { class: 'tile', 'aria-setsize': total, 'aria-posinset': position + 1, style: { width: `${width}px` } },
    h('a', { href: `#/personas/${encodeURIComponent(persona.id)}`, 'data-position': position, tabIndex: active ? 0 : -1, class: names(!persona.is_active && 'inactive') },
      h(Portrait, { persona }),
      h('span', { class: 'tile-name' }, persona.name),
      snippet
        ? h(Marked, { snippet })
        : h('span', { class: 'tile-tags' }, persona.tags?.length ? persona.tags.slice(0, 4).join(' · ') : ago(persona.updated_at)),
      (!persona.is_active || unsaved) && h('span', { class: 'tile-state' }, unsaved ? 'Unsaved work' : 'Retired')));
}

function Grid({ items, total, more, unsaved, found }) {
  const ref = useRef(null);
  const text = found ? TEXT_FOUND : TEXT;
  const measure = useMeasure(ref, text);
  const rows = measure.columns ? Math.ceil(items.length / measure.columns) : 0;
  const [first, last] = useVisibleRows(ref, rows, measure.row);
  const [active, setActive] = useState(0);
  const wanted = useRef(null);

  useEffect(() => {
    if (rows && last >= rows - 12) {
      more();
    }
  }, [last, rows, items.length]);

  useLayoutEffect(() => {
    if (wanted.current !== null) {
      const tile = ref.current.querySelector(`[data-position="${wanted.current}"]`);
      if (tile) {
        tile.focus({ preventScroll: true });
        wanted.current = null;
      }
    }
  });

  const keys = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: measure.columns, ArrowUp: -measure.columns, PageDown: measure.columns * 3, PageUp: -measure.columns * 3 }[event.key];
    let to = step === undefined ? null : active + step;
    if (event.key === 'Home') {
      to = 0;
    } else if (event.key === 'End') {
      to = items.length - 1;
    }
    if (to === null || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    event.preventDefault();
    if (to < 0 && event.key === 'ArrowUp') {
      document.getElementById('search').focus();
      return;
    }
    to = Math.max(0, Math.min(items.length - 1, to));
    setActive(to);
    wanted.current = to;
    const row = Math.floor(to / measure.columns);
    const top = ref.current.getBoundingClientRect().top + window.scrollY + row * measure.row;
    if (top < window.scrollY + 140) {
      window.scrollTo(0, top - 140);
    } else if (top + measure.row > window.scrollY + window.innerHeight - 20) {
      window.scrollTo(0, top + measure.row - window.innerHeight + 20);
    }
  };

  const from = first * measure.columns;
  const shown = items.slice(from, last * measure.columns);
  const focusable = active >= from && active < from + shown.length ? active : from;
  return h('ul', {
    ref,
    class: 'grid',
    'aria-label': 'Personas',
    onKeyDown: keys,
    onFocusIn: (event) => {
      const position = event.target.closest('[data-position]')?.dataset.position;
      if (position !== undefined) {
        setActive(Number(position));
      }
    },
    style: { height: `${Math.max(0, rows * measure.row - (measure.gap || 0))}px`, '--gap': `${measure.gap || GAP}px`, '--text': `${text}px`, '--tile': `${measure.width}px`, '--above': `${first * measure.row}px` },
  }, measure.columns > 0 && shown.map((persona, index) => h(Tile, {
    key: persona.id,
    persona,
    position: from + index,
    total,
    width: measure.width,
    unsaved: unsaved.has(persona.id),
    active: from + index === focusable,
  })));
}

function Skeleton() {
  return h('div', { class: 'grid-skeleton', 'aria-busy': 'true', 'aria-label': 'Loading' });
}

function Welcome({ onCreate, onFiles }) {
  return h('div', { class: 'welcome' },
    h('div', { class: 'welcome-faces', 'aria-hidden': 'true' }, ['O', 'H', 'G'].map((name) => h(Portrait, { key: name, persona: { name } }))),
    h('h2', null, 'Nobody is here yet'),
    h('p', null, 'This is where your characters will live: who they are, how they speak, what they know. Write the first one, or bring those you have.'),
    h('div', { class: 'row centred' },
      h('button', { type: 'button', class: 'button primary', onClick: onCreate }, h(Icon, { name: 'plus' }), 'Write a persona'),
      h(ImportButton, { onFiles })),
    h('p', { class: 'hint' }, 'Character cards can also be dropped anywhere on this page.'));
}

export function ImportButton({ onFiles }) {
  const ref = useRef(null);
  return h('span', null,
    h('button', { type: 'button', class: 'button', 'aria-label': 'Import', onClick: () => ref.current.click() }, h(Icon, { name: 'upload' }), h('span', { class: 'wide-only' }, 'Import')),
    h('input', { ref, type: 'file', multiple: true, hidden: true, 'aria-label': 'Character cards', accept: '.json,.png,.apng,.charx,.webp,.jpg,.jpeg', onChange: (event) => {
      onFiles([...event.target.files]);
      event.target.value = '';
    } }));
}

export function Gallery({ parameters, onCreate, onFiles }) {
  const filters = {
    q: (parameters.get('q') || '').slice(0, 1000),
    tag: parameters.get('tag') || '',
    owner: parameters.get('owner') || '',
    active: parameters.get('active') ?? 'true',
    sort: SORTS[parameters.get('sort')] ? parameters.get('sort') : 'newest',
  };
  const every = filters.active === 'any';
  const searchable = /[\p{L}\p{N}]/u.test(filters.q);
  const [listing, more, restart] = useListing({ ...filters, q: searchable ? filters.q : '', active: every ? '' : filters.active });
  const [users, setUsers] = useState(new Map());
  const [typed, setTyped] = useState(filters.q);
  const search = useRef(null);
  const unsaved = useMemo(() => unsavedIds(), [listing.items]);

  useEffect(() => {
    document.title = 'Personas · Mien';
    allUsers().then(setUsers);
  }, []);

  useEffect(() => {
    if (document.activeElement !== search.current) {
      setTyped(filters.q);
    }
  }, [filters.q]);

  const change = (changes) => {
    const next = { ...filters, ...changes };
    const entries = Object.entries(next).filter(([name, value]) => value !== '' && !(name === 'active' && value === 'true') && !(name === 'sort' && value === 'newest'));
    history.replaceState(null, '', `#/${entries.length ? `?${new URLSearchParams(entries)}` : ''}`);
    window.dispatchEvent(new Event('hashchange'));
  };

  // Another order than the server's needs all of the list.
  const sort = searchable ? 'newest' : filters.sort;
  const compare = SORTS[sort].compare;
  const partial = compare && !listing.done && listing.items.length < SORTED;
  useEffect(() => {
    if (partial) {
      more();
    }
  }, [partial, listing.items.length]);

  const items = useMemo(() => (compare ? [...listing.items].sort(compare) : listing.items), [listing.items, sort]);
  const tags = useMemo(() => {
    const counts = new Map();
    for (const item of listing.items) {
      for (const tag of item.tags || []) {
        counts.set(tag, (counts.get(tag) || 0) + 1);
      }
    }
    return [...counts].sort((a, b) => b[1] - a[1] || collator.compare(a[0], b[0])).slice(0, 200).map(([tag]) => tag);
  }, [listing.items]);

  const filtered = searchable || filters.tag || filters.owner || filters.active !== 'true';
  const empty = !listing.items.length && listing.done && !listing.loading;
  const count = listing.done ? plural(listing.items.length, 'persona') : `${number(listing.items.length)}+ personas`;
  const told = partial ? `Sorting ${number(listing.items.length)} so far …`
    : compare && !listing.done ? `The newest ${number(listing.items.length)}, sorted`
      : listing.loading && !listing.items.length ? '' : count;

  return h('div', { class: 'gallery' },
    h('div', { class: 'gallery-head' },
      h('h1', { class: 'visually-hidden' }, 'Personas'),
      h('div', { class: 'search' },
        h(Icon, { name: 'search' }),
        h('input', {
          id: 'search',
          ref: search,
          type: 'search',
          value: typed,
          placeholder: 'Search names, tags and every word they say',
          'aria-label': 'Search personas',
          maxlength: 1000,
          autocomplete: 'off',
          spellcheck: false,
          onInput: (event) => {
            setTyped(event.target.value);
            change({ q: event.target.value.trim() });
          },
          onKeyDown: (event) => {
            if (event.key === 'ArrowDown' || (event.key === 'Enter' && items.length)) {
              event.preventDefault();
              const first = document.querySelector('.grid a');
              if (event.key === 'Enter') {
                first?.click();
              } else {
                first?.focus();
              }
            } else if (event.key === 'Escape' && typed) {
              event.preventDefault();
              setTyped('');
              change({ q: '' });
            }
          },
        }),
        h('kbd', { class: 'wide-only', 'aria-hidden': 'true' }, '/')),
      h('div', { class: 'row gallery-actions' },
        h(ImportButton, { onFiles }),
        h('button', { type: 'button', class: 'button primary', onClick: onCreate }, h(Icon, { name: 'plus' }), h('span', null, 'New', h('span', { class: 'wide-only' }, ' persona'))))),
    h('div', { class: 'filters', role: 'group', 'aria-label': 'Filters' },
      h('label', { class: 'filter' }, h('span', { class: 'visually-hidden' }, 'Tag'),
        h('select', { value: filters.tag, class: names(filters.tag && 'chosen'), onChange: (event) => change({ tag: event.target.value }) },
          h('option', { value: '' }, 'Any tag'),
          filters.tag && !tags.includes(filters.tag) && h('option', { value: filters.tag }, filters.tag),
          tags.map((tag) => h('option', { key: tag, value: tag }, tag)))),
      h('label', { class: 'filter' }, h('span', { class: 'visually-hidden' }, 'Owner'),
        h('select', { value: filters.owner, class: names(filters.owner && 'chosen'), onChange: (event) => change({ owner: event.target.value }) },
          h('option', { value: '' }, 'Any owner'),
          filters.owner && !users.has(filters.owner) && h('option', { value: filters.owner }, filters.owner),
          [...users.values()].map((user) => h('option', { key: user.id, value: user.id }, userName(user))))),
      h('label', { class: 'filter' }, h('span', { class: 'visually-hidden' }, 'State'),
        h('select', { value: filters.active, class: names(filters.active !== 'true' && 'chosen'), onChange: (event) => change({ active: event.target.value }) },
          h('option', { value: 'true' }, 'In use'),
          h('option', { value: 'false' }, 'Retired'),
          h('option', { value: 'any' }, 'In use and retired'))),
      h('label', { class: 'filter' }, h('span', { class: 'visually-hidden' }, 'Order'),
        h('select', { value: searchable ? 'best' : filters.sort, disabled: searchable, onChange: (event) => change({ sort: event.target.value }) },
          searchable && h('option', { value: 'best' }, 'Best match first'),
          Object.entries(SORTS).map(([value, { text }]) => h('option', { key: value, value }, text)))),
      filtered && h('button', { type: 'button', class: 'text-button', onClick: () => {
        setTyped('');
        change({ q: '', tag: '', owner: '', active: 'true' });
      } }, 'Clear'),
      h('span', { class: 'count', role: 'status' }, told)),
    listing.error && !listing.items.length ? h(Failure, { error: listing.error, onRetry: () => restart() })
      : empty && !filtered ? h(Welcome, { onCreate, onFiles })
        : empty ? h(Empty, { title: 'Nobody fits', icon: 'search' },
          h('p', null, searchable ? `No persona has all of these words: “${filters.q}”. Only the last word may be unfinished.` : 'No persona fits these filters.'),
          h('button', { type: 'button', class: 'button', onClick: () => {
            setTyped('');
            change({ q: '', tag: '', owner: '', active: 'true' });
            search.current.focus();
          } }, 'Show everybody'))
          : listing.items.length ? h(Grid, { key: `${filters.q}|${filters.tag}|${filters.owner}|${filters.active}|${sort}`, items, total: listing.done ? items.length : -1, more, unsaved, found: Boolean(searchable) })
            : h(Skeleton));
}

