// QR codes are read back by a decoder of the test's own, which knows the standard's tables and shares nothing
// with the encoder; and one symbol is, module by module, what other programs make of the same address.

import assert from "node:assert/strict";
import test from "node:test";

import { qrCode } from "../../../vqdemo/ui/static/drawing/qr.js";

// Of the standard: the 15 bits of the format for level M and each mask, and the 18 bits of versions 7 to 10.
const FORMATS = [
  "101010000010010",
  "101000100100101",
  "101111001111100",
  "101101101001011",
  "100010111111001",
  "100000011001110",
  "100111110010111",
  "100101010100000",
];
const VERSIONS = {
  7: "000111110010010100",
  8: "001000010110111100",
  9: "001001101010011001",
  10: "001010010011010011",
};
// Of level M, versions 1 to 10: [blocks, data codewords in each] and the checks of each block.
const GROUPS = [
  [[1, 16]],
  [[1, 28]],
  [[1, 44]],
  [[2, 32]],
  [[2, 43]],
  [[4, 27]],
  [[4, 31]],
  [
    [2, 38],
    [2, 39],
  ],
  [
    [3, 36],
    [2, 37],
  ],
  [
    [4, 43],
    [1, 44],
  ],
];
const CHECKS = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26];
const MOST_BYTES = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213];
const CENTRES = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
];

const POWERS = [1]; // of 2, in the field of 256 elements
for (let i = 1; i < 255; i++)
  POWERS.push(POWERS[i - 1] < 128 ? 2 * POWERS[i - 1] : (2 * POWERS[i - 1]) ^ 285);
const LOGS = Object.fromEntries(POWERS.map((value, power) => [value, power]));

/** The value of a polynomial at 2^power: 0 for each of a block's roots, if the block is sound. */
const valueAt = (block, power) =>
  block.reduce((sum, one) => one ^ (sum ? POWERS[(LOGS[sum] + power) % 255] : 0), 0);

function isMasked(mask, i, j) {
  const [product, sum] = [i * j, i + j];
  return (
    [
      sum % 2,
      i % 2,
      j % 3,
      sum % 3,
      ((i >> 1) + Math.floor(j / 3)) % 2,
      (product % 2) + (product % 3),
      ((product % 2) + (product % 3)) % 2,
      ((sum % 2) + (product % 3)) % 2,
    ][mask] === 0
  );
}

function holdsData(version, i, j) {
  const size = 17 + 4 * version;
  const low = (at) => at < 9;
  const high = (at) => at >= size - 8;
  if ((low(i) && low(j)) || (low(i) && high(j)) || (high(i) && low(j))) return false;
  if (i === 6 || j === 6) return false;
  if (version >= 7 && ((i < 6 && j >= size - 11) || (j < 6 && i >= size - 11))) return false;
  const corner = (a, b) => (low(a) && low(b)) || (low(a) && high(b)) || (high(a) && low(b));
  return !CENTRES[version - 1].some((a) =>
    CENTRES[version - 1].some((b) => !corner(a, b) && Math.abs(i - a) <= 2 && Math.abs(j - b) <= 2),
  );
}

/** A symbol -> {version, mask, text}. Raises an error where it is not sound. */
function decode(symbol) {
  const size = symbol.length;
  const version = (size - 17) / 4;
  const bit = (i, j) => Number(symbol[i][j]);
  const around = [0, 1, 2, 3, 4, 5, 7, 8]
    .map((j) => bit(8, j))
    .concat([7, 5, 4, 3, 2, 1, 0].map((i) => bit(i, 8)));
  const apart = [1, 2, 3, 4, 5, 6, 7].map((k) => bit(size - k, 8));
  apart.push(...[8, 7, 6, 5, 4, 3, 2, 1].map((k) => bit(8, size - k)));
  assert.deepEqual(apart, around, "both formats are the same");
  const mask = FORMATS.indexOf(around.join(""));
  assert.ok(mask >= 0, "the format is one of level M");
  assert.ok(symbol[size - 8][8], "the dark module");
  for (let k = 8; k < size - 8; k++) {
    assert.equal(symbol[6][k], k % 2 === 0);
    assert.equal(symbol[k][6], k % 2 === 0);
  }
  if (version >= 7) {
    const bits = Array.from({ length: 18 }, (_, k) => [Math.floor(k / 3), size - 11 + (k % 3)]).reverse();
    assert.equal(bits.map(([a, b]) => bit(a, b)).join(""), VERSIONS[version]);
    assert.equal(bits.map(([a, b]) => bit(b, a)).join(""), VERSIONS[version]);
  }
  const bits = [];
  let isUp = true;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2, isUp = !isUp) {
    for (let k = 0; k < size; k++) {
      const i = isUp ? size - 1 - k : k;
      for (const j of [right, right - 1])
        if (holdsData(version, i, j)) bits.push(bit(i, j) ^ Number(isMasked(mask, i, j)));
    }
  }
  const codewords = Array.from({ length: bits.length >> 3 }, (_, k) =>
    parseInt(bits.slice(8 * k, 8 * k + 8).join(""), 2),
  );
  const sizes = GROUPS[version - 1].flatMap(([count, data]) => Array(count).fill(data));
  const blocks = sizes.map(() => []);
  for (let k = 0; k < Math.max(...sizes); k++)
    sizes.forEach((length, b) => k < length && blocks[b].push(codewords.shift()));
  for (let k = 0; k < CHECKS[version - 1]; k++) for (const block of blocks) block.push(codewords.shift());
  assert.equal(codewords.length, 0, "every codeword belongs to a block");
  for (const block of blocks)
    for (let root = 0; root < CHECKS[version - 1]; root++)
      assert.equal(valueAt(block, root), 0, "checks fit");
  const data = blocks.flatMap((block, b) => block.slice(0, sizes[b]));
  const stream = data.map((one) => one.toString(2).padStart(8, "0")).join("");
  assert.equal(stream.slice(0, 4), "0100", "byte mode");
  const from = version < 10 ? 12 : 20;
  const count = parseInt(stream.slice(4, from), 2);
  const bytes = Array.from({ length: count }, (_, k) =>
    parseInt(stream.slice(from + 8 * k, from + 8 * k + 8), 2),
  );
  return { version, mask, text: new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes)) };
}

const textOf = (length) =>
  Array.from({ length }, (_, i) => String.fromCharCode(33 + ((i * 41 + length) % 94))).join("");

test("every version is read back, as full as it can be and with less", () => {
  MOST_BYTES.forEach((most, i) => {
    const least = (MOST_BYTES[i - 1] ?? 0) + 1;
    for (const length of [least, Math.floor((least + most) / 2), most]) {
      const { version, text } = decode(qrCode(textOf(length)));
      assert.equal(version, i + 1);
      assert.equal(text, textOf(length));
    }
  });
});

test("letters beyond ASCII are read back", () => {
  assert.equal(
    decode(qrCode("https://example.org/数字/é#lesson=4")).text,
    "https://example.org/数字/é#lesson=4",
  );
});

test("masks differ from text to text", () => {
  const masks = new Set(Array.from({ length: 40 }, (_, i) => decode(qrCode(textOf(20 + i))).mask));
  assert.ok(masks.size >= 5);
});

test("a symbol with one wrong module is not taken for a sound one", () => {
  const symbol = qrCode("https://example.org/#lesson=4");
  symbol[15][15] = !symbol[15][15];
  assert.throws(() => decode(symbol), /checks fit/);
});

test("a text that is too long is refused", () => {
  assert.throws(() => qrCode("x".repeat(214)), { name: "RangeError", message: /214 bytes.*at most 213/ });
});

const KNOWN = `
#######.#..##..##.###.#######
#.....#.#..##.##.##.#.#.....#
#.###.#...#..###..###.#.###.#
#.###.#.##......##.#..#.###.#
#.###.#..#####...###..#.###.#
#.....#....##.#..#.##.#.....#
#######.#.#.#.#.#.#.#.#######
........#.##.##..####........
#.##.###...####.####..#..#.##
#.#.##..#.#.#..##..#..###...#
.###..#.##.##.##..........##.
.....#...##..###..#.#.###...#
##.######.##....##.#.....##..
.....#.#..##.#.....##.#...###
...#.##.#...#.#..#####.#..###
...###..###..#.#...###..#..#.
...######..#......#.##.###.#.
.......#..#..#...#..#..#.###.
#..#.##.###......#......#.#..
..###....#.##..###.###.##.#..
.#.#..###....#.#.#.########..
........###.####.#.##...#####
#######.##..##..#####.#.##.#.
#.....#.###.#...#.#.#...##.##
#.###.#..##...##.##.#####.#.#
#.###.#.##...##.####....##.#.
#.###.#.##...#.##.#.#..#..#.#
#.....#..#..###.#.#.#.####.#.
#######.#..##.##.#.##.#....#.
`;

test("the symbol of an address is what other programs make of it", () => {
  const rows = qrCode("https://example.org/#lesson=4").map((row) =>
    row.map((dark) => (dark ? "#" : ".")).join(""),
  );
  assert.equal(rows.join("\n"), KNOWN.trim());
});
