// As much of protocol buffers as ONNX's files need: a message is a list of fields. protobuf.dev, "Encoding".
function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

export const int = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
export const float = (field, value) => {
  const bits = Buffer.alloc(4);
  bits.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), bits]);
};
// Bytes, a string, or another message (its fields in order).
export const bytes = (field, value) => {
  const content = Array.isArray(value) ? Buffer.concat(value) : Buffer.from(value);
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
};
