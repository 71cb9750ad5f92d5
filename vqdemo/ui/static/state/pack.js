// Plain values as text, in which parts that are one and the same object stay so: that is how the steps of a
// history share drawings and images. Arrays within arrays (the points of a stroke) are written out, all other
// objects once.

/** @param {any} root @returns {string} */
export function pack(root) {
  const places = new Map();
  const pool = [];
  const inner = (value) => (Array.isArray(value) ? value : visit(value));
  const visit = (value) => {
    if (value === null || typeof value !== "object") return value;
    if (!places.has(value)) {
      places.set(value, places.size);
      const place = pool.push(null) - 1;
      if (value instanceof Uint8Array) pool[place] = btoa(String.fromCharCode(...value));
      else if (Array.isArray(value)) pool[place] = value.map(inner);
      else pool[place] = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, visit(part)]));
    }
    return { at: places.get(value) };
  };
  visit(root);
  return JSON.stringify(pool);
}

/**
 * The inverse.
 * @param {string} text
 * @returns {any}
 */
export function unpack(text) {
  const pool = JSON.parse(text);
  const made = [];
  const revive = (value) =>
    value !== null && typeof value === "object" && !Array.isArray(value) ? make(value.at) : value;
  const make = (place) => {
    if (!(place in made)) {
      const value = pool[place];
      if (typeof value === "string")
        made[place] = Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
      else if (Array.isArray(value)) made[place] = value.map(revive);
      else made[place] = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revive(part)]));
    }
    return made[place];
  };
  return make(0);
}
