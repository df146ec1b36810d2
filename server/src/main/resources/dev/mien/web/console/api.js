// The API, as this page uses it. Nothing here is known to the server but what docs/api.md says to everybody.

import { seen } from './feed.js';

/** A refusal by the server: a problem (RFC 9457). `status` 0 means that no answer came. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || 'The server did not answer.');
    this.status = status;
    this.body = body;
    this.type = String(body.type || '').replace(/^.*\//, '');
  }
}

const ATTEMPTS = 4;

/** A key that nobody used before. `crypto.randomUUID` is there on secure addresses only. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function encodeHeader(text) {
  return text.toWellFormed().trim().replace(/[^\x20-\x24\x26-\x7e]+/g, encodeURIComponent).slice(0, 200);
}

export function actor() {
  try {
    return localStorage.getItem('mien.actor') || '';
  } catch {
    return '';
  }
}

/**
 * Sends a request. Gives `{ status, body, etag, revision, worker }`, or throws a `Problem`.
 *
 * A request that writes carries a key of its own, so it is sent again where its answer was lost: it is never done twice.
 */
export async function call(method, path, { body, etag, message, type, raw, signal, retry = true } = {}) {
  const writes = method !== 'GET';
  const headers = {};
  if (writes) {
    headers['Idempotency-Key'] = newKey();
    const name = actor();
    if (name) {
      headers['Mien-Actor'] = encodeHeader(name);
    }
    if (message) {
      headers['Mien-Message'] = encodeHeader(message);
    }
  }
  if (etag) {
    headers['If-Match'] = etag;
  }
  let payload = raw;
  if (body !== undefined) {
    payload = JSON.stringify(body);
    headers['Content-Type'] = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  } else if (type) {
    headers['Content-Type'] = type;
  }
  for (let attempt = 1; ; attempt++) {
    const outcome = await once(method, path, headers, payload, signal);
    const again = outcome instanceof Problem && (outcome.status === 0 || outcome.status === 503);
    if (!again || !retry || attempt === ATTEMPTS || signal?.aborted) {
      if (outcome instanceof Problem) {
        throw outcome;
      }
      return outcome;
    }
    await new Promise((resolve) => setTimeout(resolve, 150 * 2 ** attempt));
  }
}

async function once(method, path, headers, body, signal) {
  let response;
  try {
    const early = method === 'GET' && window.mienFirst?.path === path ? window.mienFirst.answer : null;
    if (early) {
      window.mienFirst = null;
    }
    response = await (early ?? fetch(path, { method, headers, body, signal, cache: 'no-store', credentials: 'same-origin' }));
    const text = await response.text();
    seen(response.headers.get('Mien-Revision'));
    const json = text && /json/.test(response.headers.get('Content-Type') || '') ? JSON.parse(text) : null;
    if (!response.ok) {
      return new Problem(response.status, json || { title: response.statusText });
    }
    return {
      status: response.status,
      body: json,
      etag: response.headers.get('ETag'),
      revision: response.headers.get('Mien-Revision'),
      worker: response.headers.get('Mien-Worker'),
    };
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }
    return new Problem(0, { title: 'The server cannot be reached.' });
  }
}

export const get = (path, options) => call('GET', path, options);

export function query(parameters) {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return pairs.length ? `?${new URLSearchParams(pairs)}` : '';
}

export const PERSONAS = '/api/v1/personas';
export const USERS = '/api/v1/users';

export const personaPath = (id) => `${PERSONAS}/${encodeURIComponent(id)}`;
export const userPath = (id) => `${USERS}/${encodeURIComponent(id)}`;

let users = null;

/** All users by their ids, as far as 500 go; kept until one changes. */
export function allUsers() {
  users ??= get(`${USERS}?limit=500&fields=summary`)
    .then(({ body }) => new Map(body.items.map((user) => [user.id, user])))
    .catch(() => {
      users = null;
      return new Map();
    });
  return users;
}

export function forgetUsers() {
  users = null;
}

export const userName = (user) => user.display_name || user.username;

const missing = new Set();

/** Whether an address that this server does not have was met before. */
export function lacks(feature) {
  return missing.has(feature);
}

/** Runs a request of a feature that an older server may not have; gives null where it has not. */
export async function ifThere(feature, request) {
  if (missing.has(feature)) {
    return null;
  }
  try {
    return await request();
  } catch (error) {
    if (error instanceof Problem && (error.type === 'not-found' || error.status === 405)) {
      missing.add(feature);
      return null;
    }
    throw error;
  }
}
