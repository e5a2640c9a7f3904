// @ts-check
// Reads a file of a published skill: its copy on the site, or its place in the skill's zip. The pages of a site and the
// edge function beside it are two users of this one module.

/** Largest file that is read, and most of a zip that is read on a host that gives no parts of one. */
const MAX_BYTES = 64 * 2 ** 20;

/**
 * A skill's `skill.json`, as far as it is used here.
 * @typedef {{ owner: string, slug: string, url: string, zip: { url: string, size: number }, files: File[] }} SkillRecord
 * @typedef {{ path: string, size: number, sha256: string, url?: string, zip?: Place }} File `url` is that of its copy
 * @typedef {{ offset: number, size: number, method: number }} Place where the packed bytes of a file are in the zip
 *
 * Promises the response for a name below the folder of the skill.
 * @typedef {(name: string, headers?: Record<string, string>) => Promise<Response>} Read
 */

/** Why there are no bytes; the message is a sentence for people. */
export class SkillFileError extends Error {
  /** @param {"missing" | "too-large" | "damaged" | "host"} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.name = "SkillFileError";
    this.code = code;
  }
}

/**
 * The bytes of the file at `path` of the skill that `record` describes: those of its SHA-256, or an error.
 *
 * A file without a copy is one range of the zip. Where the host sends files whole only, or counts in compressed bytes, the
 * same place is cut out of the whole zip.
 *
 * @param {SkillRecord} record @param {string} path @param {Read} read @returns {Promise<Uint8Array>}
 */
export async function readSkillFile(record, path, read) {
  const file = record.files.find((file) => file.path === path);
  if (!file) throw new SkillFileError("missing", `${record.owner}/${record.slug} has no file ${path}`);
  if (!(file.size <= MAX_BYTES)) throw new SkillFileError("too-large", `${path} is too large to be read outside of the zip`);
  const bytes = file.url ? await readCopy(record, file.url, file, read) : await readPacked(record, file, read);
  if (bytes.length !== file.size || (await sha256(bytes)) !== file.sha256) throw damaged(record, file);
  return bytes;
}

/**
 * The name below the folder of a skill of what its record names by `url`. Of the address, only what follows that of the
 * skill's page counts: the site may have been copied to another host.
 * @param {{ url: string }} record @param {string} url
 */
export function nameInFolder(record, url) {
  if (!url.startsWith(record.url)) throw new SkillFileError("damaged", `the record names ${url}, which is not of this skill`);
  return url.slice(record.url.length);
}

/** @param {SkillRecord} record @param {string} url @param {File} file @param {Read} read */
async function readCopy(record, url, file, read) {
  const name = nameInFolder(record, url);
  // One byte more than there should be, so that what is longer is seen to be.
  return collect(body(await read(name), name), file.size + 1);
}

/** @param {SkillRecord} record @param {File} file @param {Read} read */
async function readPacked(record, file, read) {
  const place = file.zip;
  if (!place || !isInside(place, record.zip.size)) throw damaged(record, file);
  const packed = await readPlace(record, place, read);
  if (packed.length !== place.size) throw damaged(record, file);
  if (place.method === 0) return packed;
  try {
    return await inflate(packed, file.size + 1);
  } catch {
    throw damaged(record, file);
  }
}

/** Whether a place can be in a zip of so many bytes, and is packed in a way that is known: not at all, or by deflate. @param {Place} place @param {number} zipSize */
function isInside({ offset, size, method }, zipSize) {
  const isNumber = (/** @type {number} */ number) => Number.isSafeInteger(number) && number >= 0;
  return isNumber(offset) && isNumber(size) && offset + size <= zipSize && size <= MAX_BYTES && (method === 0 || method === 8);
}

/** The bytes at a place of the zip, or fewer where it ends before. @param {SkillRecord} record @param {Place} place @param {Read} read */
async function readPlace(record, { offset, size }, read) {
  if (size === 0) return new Uint8Array();
  const end = offset + size;
  const name = nameInFolder(record, record.zip.url);
  const answer = await read(name, { Range: `bytes=${offset}-${end - 1}` });
  if (answer.status === 206 && isRange(answer, `bytes ${offset}-${end - 1}`, record.zip.size)) {
    // A host that compresses what it cut, or that cuts what it compressed, gives what cannot be read to its end.
    const bytes = await collect(body(answer, name), size).catch(() => null);
    if (bytes?.length === size) return bytes;
  }
  const isWhole = answer.status === 200;
  if (!isWhole) answer.body?.cancel().catch(() => {});
  const whole = body(isWhole ? answer : await read(name), name);
  if (end > MAX_BYTES) {
    whole.cancel().catch(() => {});
    throw new SkillFileError("too-large", `the host gives ${name} as a whole only, which is too large to be read here`);
  }
  return (await collect(whole, end)).subarray(offset);
}

/** Whether an answer is this range of a file of this size, not compressed, as far as its host lets us see. @param {Response} answer @param {string} range @param {number} size */
function isRange({ headers }, range, size) {
  const given = headers.get("content-range");
  return !headers.has("content-encoding") && (!given || given === `${range}/${size}` || given === `${range}/*`);
}

/** @param {Response} answer @param {string} name */
function body(answer, name) {
  if (answer.status === 200 || answer.status === 206) return answer.body ?? new Blob([]).stream();
  answer.body?.cancel().catch(() => {});
  throw new SkillFileError("host", `the host answers ${answer.status} for ${name}`);
}

/** The first bytes of a stream, at most `maxBytes`; what follows is not waited for. @param {ReadableStream<Uint8Array>} stream @param {number} maxBytes */
async function collect(stream, maxBytes) {
  const reader = stream.getReader();
  const chunks = [];
  let length = 0;
  while (length < maxBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    const chunk = value.subarray(0, maxBytes - length);
    chunks.push(chunk);
    length += chunk.length;
  }
  reader.cancel().catch(() => {});
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** The first `maxBytes` of what deflate packed. @param {Uint8Array} packed @param {number} maxBytes */
function inflate(packed, maxBytes) {
  let offset = 0;
  const pieces = new ReadableStream({
    pull(controller) {
      // A browser inflates all of a piece at once. A bomb holds a thousand times its bytes: 16 MB of this piece.
      controller.enqueue(packed.slice(offset, (offset += 2 ** 14)));
      if (offset >= packed.length) controller.close();
    },
  });
  return collect(pieces.pipeThrough(new DecompressionStream("deflate-raw")), maxBytes);
}

/** @param {SkillRecord} record @param {File} file */
function damaged({ owner, slug }, { path }) {
  return new SkillFileError("damaged", `${path} of ${owner}/${slug} was damaged or replaced: its bytes are not those that skill.json names`);
}

/** In lower-case hexadecimal digits. @param {Uint8Array} bytes */
async function sha256(bytes) {
  // A page that came by plain http has no `subtle`.
  const digest = crypto.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)) : plainSha256(bytes);
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** SHA-256 as FIPS 180-4 has it in section 6.2, with its names. @param {Uint8Array} bytes */
function plainSha256(bytes) {
  const padded = new Uint8Array((bytes.length + 72) & ~63);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const message = new DataView(padded.buffer);
  message.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  message.setUint32(padded.length - 4, bytes.length << 3);
  const rotate = (/** @type {number} */ x, /** @type {number} */ n) => (x >>> n) | (x << (32 - n));
  const hash = new Int32Array([
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ]);
  const w = new Int32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    let [a, b, c, d, e, f, g, h] = hash;
    for (let t = 0; t < 64; t++) {
      if (t < 16) {
        w[t] = message.getInt32(block + 4 * t);
      } else {
        const s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ (w[t - 15] >>> 3);
        const s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ (w[t - 2] >>> 10);
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
      }
      const choice = (e & f) ^ (~e & g);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + K[t] + w[t]) | 0;
      const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, idx) => (hash[idx] += word));
  }
  const digest = new DataView(new ArrayBuffer(32));
  hash.forEach((word, idx) => digest.setInt32(4 * idx, word));
  return new Uint8Array(digest.buffer);
}

const K = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
