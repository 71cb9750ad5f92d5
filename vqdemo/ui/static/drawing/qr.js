// QR codes (ISO/IEC 18004), as far as addresses need them: byte mode, versions 1 to 10, error correction
// level M, and of the eight masks the one with the least penalty.

/** Rows of modules: true where dark. @typedef {boolean[][]} Symbol */

// By version, from 1 on.
const CODEWORDS = [26, 44, 70, 100, 134, 172, 196, 242, 292, 346];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5];
const CHECKS = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26]; // codewords for error correction in each block
const ALIGNMENT = [[], [18], [22], [26], [30], [34], [22, 38], [24, 42], [26, 46], [28, 50]]; // after 6

const LEVEL_M = 0b00;
const BYTE_MODE = 0b0100;
const PADDING = [0xec, 0x11];

/** @type {((row: number, column: number) => number)[]} where 0, a module is inverted */
const MASKS = [
  (row, column) => (row + column) % 2,
  (row) => row % 2,
  (row, column) => column % 3,
  (row, column) => (row + column) % 3,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2,
  (row, column) => ((row * column) % 2) + ((row * column) % 3),
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2,
];

const dataCodewords = (version) => CODEWORDS[version - 1] - BLOCKS[version - 1] * CHECKS[version - 1];
const lengthBits = (version) => (version < 10 ? 8 : 16);

/**
 * The symbol of a text (as UTF-8), in the smallest version that holds it, without the light margin of four
 * modules that it needs around it. Throws RangeError where even version 10 is too small.
 * @param {string} text
 * @returns {Symbol}
 */
export function qrCode(text) {
  const bytes = [...new TextEncoder().encode(text)];
  const bitsNeeded = (version) => 4 + lengthBits(version) + 8 * bytes.length;
  const version = CODEWORDS.map((_, i) => i + 1).find((v) => bitsNeeded(v) <= 8 * dataCodewords(v));
  if (!version) {
    const most = dataCodewords(10) - 3;
    throw new RangeError(`a text of ${bytes.length} bytes is too long for a QR code: at most ${most}`);
  }
  const plain = withData(patterns(version), interleaved(dataOf(bytes, version), version));
  const masked = MASKS.map((_, mask) => withMask(plain, patterns(version), mask));
  const penalties = masked.map(penaltyOf);
  return masked[penalties.indexOf(Math.min(...penalties))];
}

// ---- codewords ----

const bitsOf = (value, count) => Array.from({ length: count }, (_, i) => (value >> (count - 1 - i)) & 1);

/** Bytes with mode and length before them, filled up. */
function dataOf(bytes, version) {
  const header = [...bitsOf(BYTE_MODE, 4), ...bitsOf(bytes.length, lengthBits(version))];
  const bits = [...header, ...bytes.flatMap((byte) => bitsOf(byte, 8)), 0, 0, 0, 0];
  const count = dataCodewords(version);
  const codewords = Array.from({ length: Math.min(Math.ceil(bits.length / 8), count) }, (_, i) =>
    Array.from({ length: 8 }, (_, bit) => bits[8 * i + bit] ?? 0).reduce((sum, bit) => 2 * sum + bit, 0),
  );
  for (let i = 0; codewords.length < count; i++) codewords.push(PADDING[i % 2]);
  return codewords;
}

/** The data in blocks, the later ones one longer where it does not divide evenly, each with its checks. */
function interleaved(data, version) {
  const [count, checks] = [BLOCKS[version - 1], CHECKS[version - 1]];
  const short = Math.floor(data.length / count);
  const firstLong = count - (data.length % count);
  const blocks = Array.from({ length: count }, (_, i) => {
    const start = i * short + Math.max(i - firstLong, 0);
    return data.slice(start, start + short + (i >= firstLong ? 1 : 0));
  });
  const inTurn = (lists, length) =>
    Array.from({ length }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
  const checked = blocks.map((block) => remainder(block, checks));
  return [...inTurn(blocks, short + 1), ...inTurn(checked, checks)];
}

// ---- Reed-Solomon, over the field of 256 elements with x^8 + x^4 + x^3 + x^2 + 1 ----

function product(a, b) {
  let result = 0;
  for (let bit = 7; bit >= 0; bit--) {
    result = (result << 1) ^ (result >> 7 ? 0x11d : 0);
    if ((b >> bit) & 1) result ^= a;
  }
  return result;
}

/** The remainder of the data, as a polynomial, by (x - 1)(x - 2)(x - 4)... of degree `degree`. */
function remainder(data, degree) {
  let generator = [1];
  for (let i = 0, root = 1; i < degree; i++, root = product(root, 2))
    generator = [...generator, 0].map((factor, at) => factor ^ product(generator[at - 1] ?? 0, root));
  const rest = Array(degree).fill(0);
  for (const codeword of data) {
    const lead = codeword ^ rest.shift();
    rest.push(0);
    for (let i = 0; i < degree; i++) rest[i] ^= product(generator[i + 1], lead);
  }
  return rest;
}

// ---- modules ----

/** What is the same for all symbols of a version; null where data goes, false where the format goes. */
function patterns(version) {
  const size = 17 + 4 * version;
  const rows = Array.from({ length: size }, () => Array(size).fill(null));
  const rings = (row, column, radius, light) => {
    for (let y = Math.max(row - radius, 0); y <= Math.min(row + radius, size - 1); y++) {
      for (let x = Math.max(column - radius, 0); x <= Math.min(column + radius, size - 1); x++)
        rows[y][x] = !light.includes(Math.max(Math.abs(y - row), Math.abs(x - column)));
    }
  };
  for (const [row, column] of [[3, 3], [3, size - 4], [size - 4, 3]]) rings(row, column, 4, [2, 4]); // prettier-ignore
  const centres = [6, ...ALIGNMENT[version - 1]];
  for (const row of centres)
    for (const column of centres) if (rows[row][column] === null) rings(row, column, 2, [1]);
  for (let i = 0; i < size; i++) {
    rows[6][i] ??= i % 2 === 0;
    rows[i][6] ??= i % 2 === 0;
  }
  writeFormat(rows, 0);
  if (version >= 7) writeVersion(rows, version);
  return rows;
}

/** Bits followed by their checks: the remainder by a generator polynomial. */
function checkedBits(value, count, generator) {
  let rest = value;
  for (let i = 0; i < count; i++) rest = (rest << 1) ^ (rest >> (count - 1) ? generator : 0);
  return (value << count) | rest;
}

function writeFormat(rows, mask) {
  const size = rows.length;
  const bits = checkedBits((LEVEL_M << 3) | mask, 10, 0x537) ^ 0x5412;
  for (let i = 0; i < 15; i++) {
    const dark = Boolean((bits >> i) & 1);
    rows[i < 6 ? i : i < 8 ? i + 1 : 8][i < 8 ? 8 : i === 8 ? 7 : 14 - i] = dark;
    rows[i < 8 ? 8 : size - 15 + i][i < 8 ? size - 1 - i : 8] = dark;
  }
  rows[size - 8][8] = true;
}

function writeVersion(rows, version) {
  const bits = checkedBits(version, 12, 0x1f25);
  for (let i = 0; i < 18; i++) {
    const [far, near] = [rows.length - 11 + (i % 3), Math.floor(i / 3)];
    rows[far][near] = rows[near][far] = Boolean((bits >> i) & 1);
  }
}

/** Data runs in columns of two modules from the right, up and down in turn, around what is there already. */
function withData(rows, codewords) {
  const size = rows.length;
  const bits = codewords.flatMap((codeword) => bitsOf(codeword, 8));
  let at = 0;
  const pairs = [...Array((size - 1) / 2).keys()].map((i) => size - 1 - 2 * i);
  pairs.forEach((right, i) => {
    const first = right <= 6 ? right - 1 : right; // the column of the timing pattern is left out
    for (let step = 0; step < size; step++) {
      const row = i % 2 ? step : size - 1 - step;
      for (const column of [first, first - 1])
        if (rows[row][column] === null) rows[row][column] = Boolean(bits[at++]);
    }
  });
  return rows;
}

function withMask(plain, fixed, mask) {
  const rows = plain.map((line, row) =>
    line.map((dark, column) => dark !== (fixed[row][column] === null && MASKS[mask](row, column) === 0)),
  );
  writeFormat(rows, mask);
  return rows;
}

/** Long runs, blocks, what looks like a finder pattern, and an uneven share of dark modules make it worse. */
function penaltyOf(rows) {
  const asText = (line) => line.map(Number).join("");
  const lines = [...rows.map(asText), ...rows.map((_, i) => asText(rows.map((line) => line[i])))];
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  const runs = lines.flatMap((line) => line.match(/(.)\1{4,}/g) ?? []);
  const finders = lines.flatMap((line) => [...line.matchAll(/(?=10111010000|00001011101)/g)]);
  const blocks = rows
    .slice(1)
    .flatMap((line, row) =>
      line
        .slice(1)
        .filter((dark, column) =>
          [line[column], rows[row][column], rows[row][column + 1]].every((one) => one === dark),
        ),
    );
  const share = sum(rows.flat().map(Number)) / rows.length ** 2;
  const uneven = Math.floor(Math.abs(share - 0.5) / 0.05);
  return sum(runs.map((run) => run.length - 2)) + 3 * blocks.length + 40 * finders.length + 10 * uneven;
}
