// What differs between documents, and what becomes of two people's changes to the same one. No page, no network.

export function equal(a, b) {
  if (a === b) {
    return true;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) {
    return false;
  }
  if (Array.isArray(a)) {
    return a.length === b.length && a.every((one, i) => equal(one, b[i]));
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of `to` that are not as they are in `from`. */
export function changedFields(from, to, fields) {
  return fields.filter((field) => !equal(from[field] ?? null, to[field] ?? null));
}

/** The merge patch (RFC 7396) that makes the value `to` of the value `from`. */
export function mergePatch(from, to) {
  if (!isObject(to)) {
    return to;
  }
  const before = isObject(from) ? from : {};
  const patch = {};
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(to, key)) {
      patch[key] = null;
    }
  }
  for (const [key, value] of Object.entries(to)) {
    if (!Object.hasOwn(before, key) || !equal(before[key], value)) {
      patch[key] = mergePatch(before[key], value);
    }
  }
  return patch;
}

/**
 * Brings a later version into unsaved work.
 *
 * @param base the version that the work was made from
 * @param theirs the later version
 * @param mine the work: changed members with their values
 * @returns `taken`, the members that came over; `same`, those that both changed to the same; `conflicts`, those that
 *     were changed differently, each with all three values
 */
export function bring(base, theirs, mine, fields) {
  const taken = [];
  const same = [];
  const conflicts = {};
  for (const field of changedFields(base, theirs, fields)) {
    if (!Object.hasOwn(mine, field)) {
      taken.push(field);
    } else if (equal(mine[field], theirs[field])) {
      same.push(field);
    } else {
      conflicts[field] = { base: base[field] ?? null, mine: mine[field], theirs: theirs[field] ?? null };
    }
  }
  return { taken, same, conflicts };
}

/** Both versions of a value in one, where that can be: texts one after the other, lists with what either has. */
export function both(mine, theirs) {
  if (typeof mine === 'string' && typeof theirs === 'string') {
    return `${mine}\n\n${theirs}`.trim();
  }
  if (Array.isArray(mine) && Array.isArray(theirs)) {
    return [...mine, ...theirs.filter((value) => !mine.some((own) => equal(own, value)))];
  }
  return undefined;
}
