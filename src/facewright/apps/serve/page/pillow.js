// Pillow's Image.resize(size, BILINEAR, reducing_gap=2.0) and Image.reduce, to the last bit: what the network sees
// here is then what it sees in Python. (Of pictures some twice as high as wide Pillow may do the rows first, which
// rounds by one level differently.) Pixels are Uint8 RGB, row by row: {data, width, height}.
//
//   picture --reduce by whole numbers: plain means--> --bilinear, as wide as the step it takes--> result

const BITS = 22; // of the fixed point that Pillow resizes 8-bit pictures in

export function resize(picture, width, height) {
  if (picture.width === width && picture.height === height) return picture;
  const gap = 2;
  const across = Math.max(1, Math.trunc(picture.width / width / gap));
  const down = Math.max(1, Math.trunc(picture.height / height / gap));
  const small = reduce(picture, across, down);
  // The reduced picture's last column may stand for fewer pixels: it ends at a fraction.
  const columns = weights(small.width, Math.fround(picture.width / across), width);
  const rows = weights(small.height, Math.fround(picture.height / down), height);
  return vertical(horizontal(small, columns, width), rows, height);
}

// Means of blocks; those at the right and lower border may be smaller.
export function reduce({ data, width, height }, across, down) {
  if (across === 1 && down === 1) return { data, width, height };
  const wide = Math.ceil(width / across);
  const high = Math.ceil(height / down);
  const out = new Uint8Array(wide * high * 3);
  const sums = new Uint32Array(wide * 3);
  for (let y = 0; y < high; y += 1) {
    const end = Math.min(height, (y + 1) * down);
    sums.fill(0);
    for (let row = y * down; row < end; row += 1) {
      let at = row * width * 3;
      for (let x = 0; x < width; x += 1, at += 3) {
        const to = Math.trunc(x / across) * 3;
        sums[to] += data[at];
        sums[to + 1] += data[at + 1];
        sums[to + 2] += data[at + 2];
      }
    }
    for (let x = 0; x < wide; x += 1) {
      const count = (end - y * down) * (Math.min(width, (x + 1) * across) - x * across);
      const multiplier = Math.trunc(Math.fround(2 ** 32 / Math.fround(256 * count)));
      const half = Math.trunc(count / 2);
      for (let c = 3 * x; c < 3 * x + 3; c += 1) {
        out[y * wide * 3 + c] = Math.floor(((sums[c] + half) * multiplier) / 2 ** 24);
      }
    }
  }
  return { data: out, width: wide, height: high };
}

// For each place of the result: where its neighbours begin, and their shares in fixed point.
function weights(size, end, places) {
  const scale = end / places;
  const reach = Math.max(1, scale);
  const result = [];
  for (let place = 0; place < places; place += 1) {
    const middle = (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(middle - reach + 0.5));
    const last = Math.min(size, Math.trunc(middle + reach + 0.5));
    const shares = new Float64Array(last - first);
    let sum = 0;
    for (let i = 0; i < shares.length; i += 1) {
      shares[i] = Math.max(0, 1 - Math.abs((i + first - middle + 0.5) * (1 / reach)));
      sum += shares[i];
    }
    result.push({ first, shares: Int32Array.from(shares, (share) => Math.trunc(0.5 + (share / sum) * 2 ** BITS)) });
  }
  return result;
}

function horizontal({ data, width, height }, columns, wide) {
  if (wide === width) return { data, width, height };
  const out = new Uint8ClampedArray(wide * height * 3);
  for (let y = 0, to = 0; y < height; y += 1) {
    for (let x = 0; x < wide; x += 1, to += 3) {
      const { first, shares } = columns[x];
      let at = (y * width + first) * 3;
      let [r, g, b] = [1 << (BITS - 1), 1 << (BITS - 1), 1 << (BITS - 1)];
      for (let i = 0; i < shares.length; i += 1, at += 3) {
        r += data[at] * shares[i];
        g += data[at + 1] * shares[i];
        b += data[at + 2] * shares[i];
      }
      out[to] = r >> BITS;
      out[to + 1] = g >> BITS;
      out[to + 2] = b >> BITS;
    }
  }
  return { data: out, width: wide, height };
}

function vertical({ data, width, height }, rows, high) {
  if (high === height) return { data, width, height };
  const line = width * 3;
  const out = new Uint8ClampedArray(line * high);
  const sums = new Int32Array(line);
  for (let y = 0; y < high; y += 1) {
    const { first, shares } = rows[y];
    sums.fill(1 << (BITS - 1));
    for (let i = 0; i < shares.length; i += 1) {
      const share = shares[i];
      const at = (first + i) * line;
      for (let x = 0; x < line; x += 1) sums[x] += data[at + x] * share;
    }
    for (let x = 0; x < line; x += 1) out[y * line + x] = sums[x] >> BITS;
  }
  return { data: out, width, height: high };
}
