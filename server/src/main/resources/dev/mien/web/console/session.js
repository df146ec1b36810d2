// One document being edited in this window: what the server has, what is not saved yet, and what both are about.
//
// Nobody's work is lost in silence. What somebody else saves is brought in at once where this window did not change the
// same member; where it did, both versions are kept until the writer has decided. Unsaved work is in the browser's
// storage within a moment of each key.

import { call, get, Problem } from './api.js';
import { bring, changedFields, equal, mergePatch } from './merge.js';
import * as drafts from './drafts.js';
import { onChange } from './feed.js';

const KEEP_AFTER = 150;

export class Session {
  /**
   * @param kind `persona` or `user`
   * @param path the address of the document
   * @param fields the members that can be edited
   */
  constructor(kind, id, path, fields) {
    this.kind = kind;
    this.id = id;
    this.path = path;
    this.fields = fields;
    this.base = null;
    this.etag = null;
    this.mine = {};
    this.conflicts = {};
    /** What others saved meanwhile: `{ version, actor, fields, from, to }`, newest last. */
    this.news = [];
    this.left = [];
    this.errors = [];
    this.busy = false;
    this.unkept = false;
    this.gone = false;
    this.restored = false;
    this.listeners = new Set();
    this.timer = null;
    this.window = '';
    this.authors = new Map();
  }

  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  changed() {
    this.listeners.forEach((listener) => listener());
  }

  /** Loads the document and the work on it that was not saved, and follows what others do. */
  async open() {
    this.window = await drafts.thisWindow();
    this.stop = onChange((change) => this.follow(change));
    this.hide = () => this.keep();
    window.addEventListener('pagehide', this.hide);
    const { body, etag } = await get(this.path);
    this.base = body;
    this.etag = etag;
    const { mine, left } = await drafts.find(this.id);
    this.left = left.filter((draft) => !this.isSaved(draft));
    left.filter((draft) => this.isSaved(draft)).forEach(drafts.discard);
    if (mine && !this.isSaved(mine)) {
      this.take(mine);
      this.restored = true;
    }
    this.changed();
  }

  close() {
    this.keep();
    this.stop?.();
    window.removeEventListener('pagehide', this.hide);
    this.listeners.clear();
  }

  /** Whether all of a draft has become part of the document. */
  isSaved(draft) {
    return Object.entries(draft.mine).every(([field, value]) => equal(value, this.base[field] ?? null));
  }

  /** Takes up a draft that was made from this version or an older one. */
  take(draft) {
    const from = { ...this.base, ...draft.base };
    const { conflicts } = bring(from, this.base, draft.mine, Object.keys(draft.mine));
    this.mine = { ...this.mine, ...draft.mine };
    for (const field of Object.keys(this.mine)) {
      if (equal(this.mine[field], this.base[field] ?? null)) {
        delete this.mine[field];
      }
    }
    this.conflicts = { ...this.conflicts, ...conflicts };
    for (const [field, { base }] of Object.entries(draft.conflicts || {})) {
      this.conflicts[field] = { base, mine: draft.mine[field], theirs: this.base[field] ?? null };
    }
    for (const field of Object.keys(this.conflicts)) {
      if (!Object.hasOwn(this.mine, field)) {
        delete this.conflicts[field];
      }
    }
    this.keep();
    this.changed();
  }

  takeLeft(draft) {
    this.take(draft);
    drafts.discard(draft);
    this.left = this.left.filter((other) => other !== draft);
    this.changed();
  }

  discardLeft(draft) {
    drafts.discard(draft);
    this.left = this.left.filter((other) => other !== draft);
    this.changed();
  }

  value(field) {
    return Object.hasOwn(this.mine, field) ? this.mine[field] : this.base[field];
  }

  /** The document as it would be if all were saved. */
  current() {
    return { ...this.base, ...this.mine };
  }

  get dirty() {
    return Object.keys(this.mine);
  }

  set(field, value) {
    if (equal(value, this.base[field] ?? null) && !this.conflicts[field]) {
      delete this.mine[field];
    } else {
      this.mine[field] = value;
    }
    this.errors = this.errors.filter((error) => !error.pointer.startsWith(`/${field}`));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), KEEP_AFTER);
    this.changed();
  }

  keep() {
    clearTimeout(this.timer);
    if (!this.base) {
      return;
    }
    if (!this.dirty.length) {
      drafts.forget(this.id, this.window);
      this.unkept = false;
      return;
    }
    const base = Object.fromEntries(this.dirty.map((field) => [field, this.base[field] ?? null]));
    const kept = drafts.keep(this.id, this.base.version, this.window, { base, mine: this.mine, conflicts: this.conflicts });
    if (kept === this.unkept) {
      this.unkept = !kept;
      this.changed();
    }
  }

  revert(field) {
    delete this.mine[field];
    delete this.conflicts[field];
    this.keep();
    this.changed();
  }

  revertAll() {
    this.mine = {};
    this.conflicts = {};
    this.errors = [];
    this.keep();
    this.changed();
  }

  /** Decides about a member that both changed. */
  resolve(field, value) {
    delete this.conflicts[field];
    this.set(field, value);
    this.keep();
  }

  async follow(change) {
    if (change.kind === 'reload') {
      await this.refresh();
    } else if (change.kind === this.kind && change.id === this.id) {
      this.authors.set(change.version, change.actor);
      if (this.base && change.operation === 'delete') {
        this.gone = true;
        this.changed();
      } else if (this.base && change.version > this.base.version) {
        await this.refresh();
      }
    }
  }

  /** Fetches the document and brings what is new into what is here. One at a time; a save goes first. */
  refresh() {
    this.refreshing ??= this.fetchNewest().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  async fetchNewest() {
    if (this.busy) {
      // The answer of the save has the newest version, and what happens after it is looked at then.
      this.behind = true;
      return;
    }
    try {
      const { body, etag } = await get(this.path);
      if (!this.busy) {
        this.arrive(body, etag);
      }
    } catch (error) {
      if (error.status === 404) {
        this.gone = true;
        this.changed();
      }
    }
  }

  /** A later version is here. */
  arrive(theirs, etag, { ownSave = null } = {}) {
    if (theirs.version < this.base.version || theirs.version === this.base.version && etag === this.etag) {
      return;
    }
    const before = this.base;
    const outcome = bring(before, theirs, this.mine, this.fields);
    const ofOthers = ownSave ? outcome.taken : [...outcome.taken, ...outcome.same, ...Object.keys(outcome.conflicts)];
    for (const field of outcome.same) {
      delete this.mine[field];
    }
    for (const [field, conflict] of Object.entries(outcome.conflicts)) {
      // What it was about at first is what both began from, however often the other side is saved again.
      this.conflicts[field] = { ...conflict, base: this.conflicts[field]?.base ?? conflict.base };
    }
    for (const field of Object.keys(this.conflicts)) {
      if (!Object.hasOwn(this.mine, field)) {
        delete this.conflicts[field];
      }
    }
    this.base = theirs;
    this.etag = etag;
    const last = ownSave ? theirs.version - 1 : theirs.version;
    if (ofOthers.length && last > before.version) {
      this.news.push({
        version: last,
        fields: ofOthers,
        conflicts: Object.keys(outcome.conflicts),
        from: Object.fromEntries(ofOthers.map((field) => [field, before[field] ?? null])),
        to: Object.fromEntries(ofOthers.map((field) => [field, theirs[field] ?? null])),
        actor: this.actorOf(before.version + 1, last),
      });
      this.name(this.news.at(-1), before.version + 1, last);
    }
    this.keep();
    this.changed();
  }

  actorOf(from, to) {
    const actors = new Set();
    for (let version = from; version <= to; version++) {
      if (this.authors.has(version)) {
        actors.add(this.authors.get(version));
      }
    }
    return [...actors].filter(Boolean).join(', ');
  }

  /** Asks the history who it was, where the feed has not said so yet. */
  async name(news, from, to) {
    if (news.actor) {
      return;
    }
    try {
      const { body } = await get(`${this.path}/versions?limit=50`);
      body.items.forEach(({ version, actor }) => this.authors.set(version, actor));
      news.actor = this.actorOf(from, to);
      this.changed();
    } catch {
      // Then it stays unnamed.
    }
  }

  dismissNews() {
    this.news = [];
    this.changed();
  }

  /**
   * Saves what was changed, and nothing else. What others changed meanwhile stays, if it is not the same members.
   *
   * @returns `saved`, `conflict`, `invalid`, or `nothing`
   */
  async save(message) {
    if (this.busy || !this.dirty.length) {
      return 'nothing';
    }
    if (Object.keys(this.conflicts).length) {
      return 'conflict';
    }
    this.busy = true;
    this.errors = [];
    this.changed();
    const sent = { ...this.mine };
    const patch = {};
    for (const field of Object.keys(sent)) {
      patch[field] = mergePatch(this.base[field], sent[field]);
    }
    try {
      const { body, etag } = await call('PATCH', `${this.path}?on_conflict=merge`, { body: patch, etag: this.etag, message });
      // What was typed while the request was under way is not saved yet.
      const typed = Object.fromEntries(Object.entries(this.mine).filter(([field, value]) => !equal(value, sent[field] ?? null)));
      const before = this.base;
      this.mine = {};
      const others = changedFields(before, body, this.fields).filter((field) => !Object.hasOwn(sent, field));
      this.base = { ...before, ...Object.fromEntries(Object.keys(sent).map((field) => [field, body[field]])), version: before.version };
      this.mine = typed;
      if (others.length || Object.keys(typed).length) {
        this.arrive(body, etag, { ownSave: true });
      } else {
        this.base = body;
        this.etag = etag;
      }
      this.busy = false;
      this.keep();
      this.changed();
      if (this.behind) {
        this.behind = false;
        await this.refresh();
      }
      return 'saved';
    } catch (error) {
      this.busy = false;
      this.behind = false;
      if (!(error instanceof Problem)) {
        throw error;
      }
      if (error.status === 412) {
        await this.refresh();
        // It may have been over before we looked: then nothing is in the way any more.
        return Object.keys(this.conflicts).length ? 'conflict' : this.save(message);
      }
      if (error.status === 404) {
        this.gone = true;
      }
      this.errors = error.body.errors || [{ pointer: '', detail: error.message }];
      this.changed();
      return 'invalid';
    }
  }
}
