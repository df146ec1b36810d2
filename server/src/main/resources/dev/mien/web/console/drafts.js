// Work that was not saved, kept by the browser until it is.
//
// A draft belongs to a persona, to the version it was made from, and to one window: two windows on the same persona
// must not overwrite each other here either. A window that was closed leaves its draft to whoever opens the persona next.

const PREFIX = 'mien.draft.';

const storage = (() => {
  try {
    localStorage.getItem('');
    return localStorage;
  } catch {
    return null;
  }
})();

function random() {
  return [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

let own = null;

/** The name of this window: the same after a reload, another one for a copy of the window. */
async function ownWindow() {
  if (!navigator.locks) {
    return read('mien.window') || write('mien.window', random());
  }
  const candidate = read('mien.window');
  if (candidate && await hold(candidate)) {
    return candidate;
  }
  const fresh = random();
  await hold(fresh);
  return write('mien.window', fresh);
}

function read(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // Without storage there is nothing to keep, and no name is needed.
  }
  return value;
}

/** A window that is being loaded again may have to wait until the browser has let go of what it was before. */
function hold(name) {
  return new Promise((resolve) => {
    navigator.locks
      .request(`${PREFIX}${name}`, { signal: AbortSignal.timeout(1500) }, () => {
        resolve(true);
        return new Promise(() => {});
      })
      .catch(() => resolve(false));
  });
}

export function thisWindow() {
  own ??= ownWindow();
  return own;
}

async function openWindows() {
  if (!navigator.locks) {
    return new Set();
  }
  const { held } = await navigator.locks.query();
  return new Set(held.map((lock) => lock.name).filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length)));
}

function entries(id) {
  const found = [];
  for (let i = 0; storage && i < storage.length; i++) {
    const key = storage.key(i);
    const match = key.startsWith(`${PREFIX}${id}.`) && /^(\d+)\.([0-9a-f]+)$/.exec(key.slice(PREFIX.length + id.length + 1));
    if (match) {
      try {
        found.push({ key, window: match[2], ...JSON.parse(storage.getItem(key)) });
      } catch {
        storage.removeItem(key);
      }
    }
  }
  return found.sort((a, b) => b.at - a.at);
}

/** The ids of the personas that have unsaved work in this browser. */
export function unsavedIds() {
  const ids = new Set();
  for (let i = 0; storage && i < storage.length; i++) {
    const key = storage.key(i);
    if (key.startsWith(PREFIX)) {
      ids.add(key.slice(PREFIX.length).replace(/\.\d+\.[0-9a-f]+$/, ''));
    }
  }
  return ids;
}

/** `{ mine, left }`: the draft of this window, and those of windows that are no longer open. */
export async function find(id) {
  const name = await thisWindow();
  const open = await openWindows();
  const all = entries(id);
  return {
    mine: all.find((draft) => draft.window === name) || null,
    left: all.filter((draft) => draft.window !== name && !open.has(draft.window)),
  };
}

/** Keeps the draft in the place of any other of this window. Gives whether the browser could keep it. */
export function keep(id, version, name, draft) {
  const key = `${PREFIX}${id}.${version}.${name}`;
  try {
    storage?.setItem(key, JSON.stringify({ ...draft, version, at: Date.now() }));
    entries(id).filter((other) => other.window === name && other.key !== key).forEach((other) => storage.removeItem(other.key));
    return storage !== null;
  } catch {
    return false;
  }
}

export function forget(id, name) {
  entries(id).filter((draft) => draft.window === name).forEach((draft) => storage.removeItem(draft.key));
}

export function discard(draft) {
  storage?.removeItem(draft.key);
}
