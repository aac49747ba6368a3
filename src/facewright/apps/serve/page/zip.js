// Several files as one ZIP, stored as they are: pictures are compressed already.

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

// entries: [{name, blob}]
export async function zip(entries) {
  const parts = [];
  const directory = [];
  const taken = new Set();
  let offset = 0;
  for (const { name, blob } of entries) {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const file = new TextEncoder().encode(free(name, taken));
    const common = [20, 0x0800, 0, 0, 0x21, crc32(bytes), bytes.length, bytes.length, file.length, 0];
    const local = record(0x04034b50, common, "HHHHHIIIHH");
    const central = record(0x02014b50, [20, ...common, 0, 0, 0, 0, offset], "HHHHHHIIIHHHHHII");
    parts.push(local, file, bytes);
    directory.push(central, file);
    offset += local.length + file.length + bytes.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = entries.length;
  const end = record(0x06054b50, [0, 0, count, count, size, offset, 0], "HHHHIIH");
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

// Little-endian after the signature: H two bytes, I four.
function record(signature, values, format) {
  const sizes = [...format].map((letter) => (letter === "H" ? 2 : 4));
  const view = new DataView(new ArrayBuffer(4 + sizes.reduce((sum, size) => sum + size, 0)));
  view.setUint32(0, signature, true);
  let at = 4;
  values.forEach((value, i) => {
    if (sizes[i] === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += sizes[i];
  });
  return new Uint8Array(view.buffer);
}

function free(name, taken) {
  let candidate = name;
  for (let i = 2; taken.has(candidate.toLowerCase()); i += 1) candidate = name.replace(/(\.[^.]*)?$/, `-${i}$1`);
  taken.add(candidate.toLowerCase());
  return candidate;
}
