// Files of weights. The format: https://github.com/huggingface/safetensors#format

/** @typedef {Map<string, {shape: number[], data: Float32Array}>} Tensors by their names */

/**
 * The tensors of a safetensors file (ArrayBuffer): float64, float32, float16, bfloat16 or int8. Throws if the
 * file is cut off or is something else, or a tensor is of another type.
 * @returns {Tensors}
 */
export function safetensors(file) {
  const { length, tensors } = headerOf(file);
  return new Map(
    Object.entries(tensors).map(([name, { dtype, shape, data_offsets }]) => {
      const [from, to] = data_offsets.map((at) => 8 + length + at);
      if (to > file.byteLength)
        throw new Error(`the file of weights is cut off: ${name} lies beyond its end`);
      if (!(dtype in READ))
        throw new Error(`${name} is ${dtype}; only ${Object.keys(READ).join(", ")} can be read`);
      return [name, { shape, data: READ[dtype](file.slice(from, to)) }];
    }),
  );
}

/** What a safetensors file says of itself: strings by their names. */
export const metadata = (file) => headerOf(file).metadata;

/** The header of a file: its length in bytes, the metadata, and where the tensors are. */
function headerOf(file) {
  if (file.byteLength < 8) throw new Error("not a safetensors file: it has no header");
  const length = Number(new DataView(file).getBigUint64(0, true));
  if (length > file.byteLength - 8) throw new Error("not a safetensors file, or cut off in its header");
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  const { __metadata__: metadata = {}, ...tensors } = header;
  return { length, metadata, tensors };
}

const READ = {
  F64: (bytes) => Float32Array.from(new Float64Array(bytes)),
  F32: (bytes) => new Float32Array(bytes),
  BF16: (bytes) => float32(bytes, (bits) => bits << 16), // the upper half of a float32
  F16: (bytes) => float32(bytes, fromHalf),
  I8: (bytes) => Float32Array.from(new Int8Array(bytes)),
};

/** Numbers of 16 bits each, of which `bits` tells the bits of the same as float32. */
function float32(bytes, bits) {
  return new Float32Array(Uint32Array.from(new Uint16Array(bytes), bits).buffer);
}

/** A float16 has a sign, 5 bits of exponent and 10 of fraction; a float32 has 8 and 23. */
function fromHalf(half) {
  const [sign, exponent, fraction] = [(half & 0x8000) << 16, (half >> 10) & 0x1f, half & 0x3ff];
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13); // infinite, or not a number
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21; // too small for a leading 1: float32 can have one
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
