// What others do, as it happens: the stream of changes.
//
// A browser keeps few connections to one server, and a stream takes one for as long as it is open. So of all windows of
// this console one follows the stream, and tells the others. When it is closed, the next one goes on where it was.

const CHANNEL = 'mien.changes';
const listeners = new Set();
const watchers = new Set();
let last = null;
let first = null;
let arrived;
let firstSeen = new Promise((resolve) => {
  arrived = resolve;
});
let state = 'connecting';
let source = null;
let channel = null;

/** Calls back with each change. Gives a function that ends it. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Calls back with `live`, `connecting` or `lost`, now and whenever it changes. */
export function onState(watcher) {
  watchers.add(watcher);
  watcher(state);
  return () => watchers.delete(watcher);
}

function setState(next) {
  if (state !== next) {
    state = next;
    watchers.forEach((watcher) => watcher(state));
  }
}

function take(message) {
  if (message.state) {
    setState(message.state);
  } else if (message.reload) {
    listeners.forEach((listener) => listener({ kind: 'reload' }));
  } else {
    last = message.token;
    listeners.forEach((listener) => listener(message));
  }
}

function tell(message) {
  take(message);
  channel?.postMessage(message);
}

/**
 * Notes the state that an answer reflects. The stream begins behind the first of these, so that nothing falls between
 * what a view loaded and what it hears.
 */
export function seen(token) {
  if (token && !first) {
    first = token;
    arrived();
  }
}

function revisionOf(token) {
  const [incarnation, revision] = String(token).split('.');
  return { incarnation, revision: Number(revision) };
}

async function follow() {
  if (!last && !first) {
    await Promise.race([firstSeen, new Promise((resolve) => setTimeout(resolve, 3000))]);
  }
  const after = last || first;
  source = new EventSource(after ? `/api/v1/changes?after=${encodeURIComponent(after)}` : '/api/v1/changes');
  source.onopen = () => tell({ state: 'live' });
  source.addEventListener('change', (event) => tell(JSON.parse(event.data)));
  source.addEventListener('end', anew);
  source.onerror = async () => {
    tell({ state: 'lost' });
    if (source.readyState === EventSource.CLOSED) {
      // It was refused, and the browser does not say why.
      const status = await fetch(`/api/v1/changes?limit=1${after ? `&after=${encodeURIComponent(after)}` : ''}`, { cache: 'no-store' }).then((response) => response.status, () => 0);
      if (status === 409 || status === 410) {
        anew();
      } else {
        setTimeout(follow, 2000);
      }
    }
  };
}

/** The log does not go back that far, or the store has another history: whoever shows something loads it anew. */
function anew() {
  source.close();
  last = null;
  first = null;
  firstSeen = new Promise((resolve) => {
    arrived = resolve;
  });
  tell({ reload: true });
  setTimeout(follow, 1000);
}

/** Begins to listen; once is enough, and before anything is loaded. */
export function start() {
  if ('BroadcastChannel' in window && navigator.locks) {
    channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }) => {
      if (data.hello) {
        if (source) {
          channel.postMessage({ state, last });
        }
      } else {
        // The window that follows may have told of changes before this one listened.
        if (data.last && first && !source) {
          const theirs = revisionOf(data.last);
          const ours = revisionOf(first);
          if (theirs.incarnation !== ours.incarnation || theirs.revision > ours.revision && !last) {
            take({ reload: true });
          }
        }
        take(data);
      }
    };
    channel.postMessage({ hello: true });
    // Held for as long as this window is open.
    navigator.locks.request(CHANNEL, () => {
      follow();
      return new Promise(() => {});
    });
  } else {
    follow();
  }
}
