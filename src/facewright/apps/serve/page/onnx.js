// ONNX Runtime for browsers offers no input that has a default in the file. So the defaults are taken out of the
// file's bytes; those inputs then have to be given, like any other.
//
// A model file is a protobuf message: fields of (number, kind, content), some of which are messages themselves.

const [LENGTH, GRAPH, INITIALIZER, NAME] = [2, 7, 5, 8]; // a kind; fields of ModelProto, GraphProto, TensorProto

// model: Uint8Array; names: of the inputs whose defaults go. A new Uint8Array comes back.
export function withoutDefaults(model, names) {
  const isDefault = ({ number, content }) =>
    number === INITIALIZER && names.includes(new TextDecoder().decode([...fields(content)].find((field) => field.number === NAME).content));
  const parts = [];
  for (const field of fields(model)) {
    if (field.number !== GRAPH) parts.push(field.whole);
    else {
      const kept = joined([...fields(field.content)].filter((inner) => !isDefault(inner)).map((inner) => inner.whole));
      parts.push(Uint8Array.from([(GRAPH << 3) | LENGTH, ...varint(kept.length)]), kept);
    }
  }
  return joined(parts);
}

function* fields(bytes) {
  let at = 0;
  const read = () => {
    let [value, factor, byte] = [0, 1, 0];
    do {
      byte = bytes[at++];
      value += (byte & 127) * factor; // no shifts: those end at 32 bits
      factor *= 128;
    } while (byte & 128);
    return value;
  };
  while (at < bytes.length) {
    const start = at;
    const tag = read();
    const kind = tag & 7;
    let content = null;
    if (kind === 0) read();
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else {
      const length = read();
      content = bytes.subarray(at, at + length);
      at += length;
    }
    yield { number: Math.floor(tag / 8), content, whole: bytes.subarray(start, at) };
  }
}

function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
